import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readOptions, UsageError, type Options, type RunOptions } from './options.ts';
import { asksForAll, missing, shoppersOfAll, unionOf } from './report/coverage.ts';
import { startProgress, type Progress } from './report/progress.ts';
import { failures, render, renderAll, replay, type RunResult } from './report/render.ts';
import { run, type Outcome } from './run.ts';
import { providerNames } from './setup/providers.ts';
import { startShop, type RunningShop } from './setup/shop.ts';

const usage = `Runs many shoppers against gateways that inject faults, then checks the database and the gateways' books.

  npm run chaos -- [options]

  --seed N           seed of all random decisions; defaults to a random one
  --seeds LIST       several seeds, one run after the other: 9001..9020, or 7,11,9001..9003
  --orders M         number of shoppers of a run; defaults to 200
  --providers LIST   some of ${providerNames.join(', ')}; defaults to all
  --kills N          how often an API process is killed during a run; defaults to 1
  --keep             keeps the database running at the end, for inspection
  --json FILE        writes all counts and findings to FILE

Exits 1 when a check failed. Several seeds with ${shoppersOfAll} shoppers or more together also fail when a kind of
fault or a case occurred in none of them.`;

type Run = RunResult & { outcome: Outcome | undefined };

/** Runs all seeds, one after the other. @returns whether all checks passed */
async function chaos(options: Options): Promise<boolean> {
  const progress = startProgress();
  const runs: Run[] = [];
  for (const seed of options.seeds) runs.push(await runSeed({ ...options, seed }, progress));
  const union = unionOf(runs.flatMap(({ outcome }) => outcome ?? []));
  const never = missing(union, options);
  if (runs.length > 1) console.log(`\n${renderAll(runs, union, asksForAll(options) ? never : [])}`);
  if (options.json) {
    const { orders, providers, kills } = options;
    const report = { orders, providers, kills, runs, never: never.map(({ what }) => what) };
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  return runs.every(({ failed }) => failed.length === 0) && !(asksForAll(options) && never.length > 0);
}

/**
 * Runs one seed and prints its report. An error that ends the run counts as its failure, so that the next seed runs.
 */
async function runSeed(options: RunOptions & Pick<Options, 'keep'>, progress: Progress): Promise<Run> {
  progress.say(replay(options));
  progress.now('starting PostgreSQL, the API and the gateways');
  const { seed } = options;
  try {
    const shop = await startShop(options);
    try {
      const outcome = await run(shop, options, progress);
      progress.now('');
      console.log(render(outcome, options));
      if (options.keep) await keep(shop, progress);
      return { seed, failed: failures(outcome), outcome };
    } finally {
      await shop.stop();
    }
  } catch (error) {
    console.error(error);
    return {
      seed,
      failed: [`the run broke off: ${error instanceof Error ? error.message : String(error)}`],
      outcome: undefined,
    };
  }
}

async function keep({ database, logs }: RunningShop, progress: Progress): Promise<void> {
  progress.say(
    `\nThe database is at ${database.url}\nThe API processes log to ${logs().join(', ')}\nCtrl-C ends the run.`,
  );
  await once(process, 'SIGUSR2');
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
