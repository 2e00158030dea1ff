import { expect, test } from 'vitest';
import type { RunOptions } from './options.ts';
import { missing, unionOf } from './report/coverage.ts';
import { render } from './report/render.ts';
import { run, type Outcome } from './run.ts';
import { providerNames } from './setup/providers.ts';
import { startShop } from './setup/shop.ts';
import { usualPace } from './wait-until-idle.ts';

const options: Omit<RunOptions, 'seed'> = { orders: 60, providers: providerNames, kills: 0 };
const silent = { say: () => {}, now: () => {} };
// Ends a wait that hangs before the test's own limit, so that the findings name what is left.
const pace = { ...usualPace, hangMs: 7 * 60_000 };
const outcomes: Outcome[] = [];

// Like `npm run chaos`, each run has a PostgreSQL of its own.
test.each([11, 12, 13])(
  'seed %i: 60 shoppers and all faults leave nothing lost, doubled or unfinished',
  async (seed) => {
    const shop = await startShop({ ...options, seed });
    try {
      const outcome = await run(shop, { ...options, seed }, silent, pace);
      outcomes.push(outcome);
      expect(outcome.findings, render(outcome, { ...options, seed })).toEqual([]);
    } finally {
      await shop.stop();
    }
  },
);

test('the seeds together had nearly all of about 60 faults and cases', () => {
  const union = unionOf(outcomes);
  const never = missing(union, options).map(({ what }) => what);
  // Findings prove something only if much occurred. Usually 3 never occur: so few shoppers leave some stock, for
  // example.
  expect(union.faults.length + union.cases.length).toBeGreaterThan(55);
  expect(never.length, never.join(', ')).toBeLessThanOrEqual(8);
});
