import type { Count } from '../counts/count.ts';
import type { Counts } from '../counts/count-all.ts';
import type { Options } from '../options.ts';
import { providerNames } from '../setup/providers.ts';

/** The counts that several runs must not leave at 0. */
export type Covered = Pick<Counts, 'faults' | 'cases'>;

/**
 * So many shoppers of several seeds together must have every kind of fault and every case. Chance and timing keep some
 * case from one run of 500 shoppers now and then.
 */
export const shoppersOfAll = 5_000;

/** Adds up how often each fault and each case occurred in several runs. */
export const unionOf = (runs: readonly Covered[]): Covered => ({
  faults: sumOf(runs.map(({ faults }) => faults)),
  cases: sumOf(runs.map(({ cases }) => cases)),
});

function sumOf(runs: readonly (readonly Count[])[]): Count[] {
  const sums = new Map<string, Count>();
  for (const counted of runs.flat())
    sums.set(counted.what, { ...counted, count: (sums.get(counted.what)?.count ?? 0) + counted.count });
  return [...sums.values()];
}

/** The faults and cases that never occurred, without those that are rare and kills that the run did not request. */
export const missing = ({ faults, cases }: Covered, { kills }: Pick<Options, 'kills'>): Count[] =>
  [...faults, ...cases].filter(
    ({ what, count, rare }) => count === 0 && !rare && (what !== 'process_killed' || kills > 0),
  );

/** Whether these runs together must have every case. Runs with fewer providers cannot have every case. */
export const asksForAll = ({ seeds, orders, providers }: Pick<Options, 'seeds' | 'orders' | 'providers'>): boolean =>
  seeds.length > 1 && seeds.length * orders >= shoppersOfAll && providerNames.every((name) => providers.includes(name));
