import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readOptions, UsageError, type Options } from './options.ts';
import { startProgress } from './report/progress.ts';
import { failures, ordersOfAll, render, replay } from './report/render.ts';
import { run } from './run.ts';
import { providerNames } from './setup/providers.ts';
import { startShop } from './setup/shop.ts';

const usage = `Runs many shoppers against gateways that inject faults, then checks the database and the gateways' books.

  npm run chaos -- [options]

  --seed N           seed of all random decisions; defaults to a random one
  --orders M         number of shoppers; defaults to 200
  --providers LIST   some of ${providerNames.join(', ')}; defaults to all
  --kills N          how often an API process is killed during the run; defaults to 1
  --keep             keeps the database running at the end, for inspection
  --json FILE        writes all counts and findings to FILE

Exits 1 when a check failed. With ${ordersOfAll} orders or more, it also exits 1 when a kind of fault or a case never
occurred.`;

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
        `\nThe database is at ${shop.database.url}\nThe API processes log to ${shop.logs().join(', ')}\nCtrl-C ends the run.`,
      );
      await once(process, 'SIGUSR2');
    }
    return failed.length === 0;
  } finally {
    await shop.stop();
  }
}

// API processes and PostgreSQL notice the end of this process; see setup/api.ts and the embedded server's guard.
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
