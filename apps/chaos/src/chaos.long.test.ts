import { expect, test } from 'vitest';
import type { Options } from './options.ts';
import { missing, render } from './report/render.ts';
import { run } from './run.ts';
import { providerNames } from './setup/providers.ts';
import { startShop } from './setup/shop.ts';

// A run has its own PostgreSQL, as `npm run chaos` has it.
const options: Options = { seed: 11, orders: 60, providers: providerNames, kills: 0, keep: false, json: undefined };
const silent = { say: () => {}, now: () => {} };

test('some shoppers and every provider at its worst: the shop drains, and nothing is lost, doubled or stuck', async () => {
  const shop = await startShop(options);
  try {
    const outcome = await run(shop, options, silent);
    expect(outcome.findings, render(outcome, options)).toEqual([]);
    // That nothing was wrong says something only where much was tried.
    expect(outcome.faults.length - missing({ ...outcome, cases: [] }, options).length).toBeGreaterThan(20);
    expect(outcome.cases.length - missing({ ...outcome, faults: [] }, options).length).toBeGreaterThan(15);
  } finally {
    await shop.stop();
  }
});
