import { expect, test } from 'vitest';
import type { Options } from './options.ts';
import { missing, render } from './report/render.ts';
import { run } from './run.ts';
import { providerNames } from './setup/providers.ts';
import { startShop } from './setup/shop.ts';

// Like `npm run chaos`, the run has a PostgreSQL of its own.
const options: Options = { seed: 11, orders: 60, providers: providerNames, kills: 0, keep: false, json: undefined };
const silent = { say: () => {}, now: () => {} };

test('60 shoppers and all faults of all providers leave nothing lost, doubled or unfinished', async () => {
  const shop = await startShop(options);
  try {
    const outcome = await run(shop, options, silent);
    expect(outcome.findings, render(outcome, options)).toEqual([]);
    // A run without findings proves something only if many faults and cases occurred.
    expect(outcome.faults.length - missing({ ...outcome, cases: [] }, options).length).toBeGreaterThan(20);
    expect(outcome.cases.length - missing({ ...outcome, faults: [] }, options).length).toBeGreaterThan(15);
  } finally {
    await shop.stop();
  }
});
