import type { Baseline } from '../baseline/baseline.ts';
import type { LoadProcess } from '../load/load-process.ts';
import type { Measured } from '../load/measure.ts';
import type { Options } from '../options.ts';
import type { Progress } from '../report/progress.ts';
import { spreadOf, type Spread } from '../report/spread.ts';
import type { BenchServer } from '../setup/server.ts';

export type Bench = {
  server: BenchServer;
  load: LoadProcess;
  /** A second load process, for jobs that run the core in it. */
  coreLoad: LoadProcess;
  baseline: Baseline;
  options: Options;
  progress: Progress;
  /** The outcomes of this run's earlier scenarios. */
  outcomes: Map<string, Outcome>;
};

export type Side = 'baseline' | 'ours' | 'core';

/** A side at a number of clients, measured once a round. */
export type Series = { label: string; side: Side; clients: number; rounds: Measured[] };

/** A goal and its result: a figure of each round, or a ratio of two turns of the same round. */
export type Goal = { what: string; wanted: string; ratio: Spread; met: boolean };

export type Outcome = { series: Series[]; goals: Goal[]; notes: string[] };

export type Scenario = {
  name: string;
  title: string;
  /** Whether only the long form runs it. */
  long: boolean;
  /** Returns the approximate duration in seconds. */
  takes: (options: Options) => number;
  run: (bench: Bench) => Promise<Outcome>;
};

/** Returns the goal that the median of a figure, one a round, is at least or at most `bound`. */
export function goalOf(what: string, sign: '≥' | '≤', bound: number, values: readonly number[]): Goal {
  const ratio = spreadOf(values);
  const holds = sign === '≥' ? ratio.median >= bound : ratio.median <= bound;
  return { what, wanted: `${sign} ${bound}`, ratio, met: holds && Number.isFinite(ratio.median) };
}

/** Returns the goal that the median of `numerator` / `denominator`, round by round, is at least or at most `bound`. */
export const goal = (what: string, sign: '≥' | '≤', bound: number, numerator: number[], denominator: number[]): Goal =>
  goalOf(what, sign, bound, ratios(numerator, denominator));

/** Returns `numerator` / `denominator`, round by round. */
export const ratios = (numerator: readonly number[], denominator: readonly number[]): number[] =>
  numerator.map((value, round) => value / (denominator[round] ?? NaN));

/** Returns the calls a second of each round. */
export const rates = (series: Series): number[] => series.rounds.map(({ perSecond }) => perSecond);

/** Returns the series with the highest median rate. */
export function bestOf(all: readonly Series[]): Series {
  const median = (series: Series) => spreadOf(rates(series)).median;
  return all.reduce((best, series) => (median(series) > median(best) ? series : best));
}

/** Returns the series of a side at a number of clients; undefined when it was not measured. */
export const seriesOf = ({ series }: { series: readonly Series[] }, side: Side, clients: number): Series | undefined =>
  series.find((one) => one.side === side && one.clients === clients);
