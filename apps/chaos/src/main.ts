import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readOptions, UsageError, type Options } from './options.ts';
import { startProgress } from './report/progress.ts';
import { failures, ordersOfAll, render, replay } from './report/render.ts';
import { run } from './run.ts';
import { providerNames } from './setup/providers.ts';
import { startShop } from './setup/shop.ts';

const usage = `Runs many shoppers against gateways that do everything wrong that they can, and looks at what is left.

  npm run chaos -- [options]

  --seed N           what everything is drawn from; another one each time unless said
  --orders M         how many shoppers; 200
  --providers LIST   of ${providerNames.join(', ')}; all of them
  --kills N          how often a process of the API is killed on the way; 1
  --keep             leaves the database running at the end, to look at
  --json FILE        writes all that was counted and found

Exits 1 when something was wrong at the end, or when, with ${ordersOfAll} orders or more, a kind of fault or a case
never occurred.`;

async function chaos(options: Options): Promise<boolean> {
  const progress = startProgress();
  progress.say(replay(options));
  progress.now('starting PostgreSQL, the API and the gateways');
  const shop = await startShop(options);
  try {
    const outcome = await run(shop, options, progress);
    const failed = failures(outcome, options);
    progress.now('');
    console.log(render(outcome, options));
    if (options.json) writeFileSync(options.json, `${JSON.stringify({ ...options, ...outcome, failed }, null, 2)}\n`);
    if (options.keep) {
      progress.say(
        `\nThe database is at ${shop.database.url}\nIts processes log to ${shop.logs().join(', ')}\nCtrl-C ends it.`,
      );
      await once(process, 'SIGUSR2');
    }
    return failed.length === 0;
  } finally {
    await shop.stop();
  }
}

// What was started ends with this process by itself; see setup/api.ts and the embedded server's guard.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(signal, () => process.exit(code));
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(usage);
  else process.exitCode = (await chaos(options)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${usage}` : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
