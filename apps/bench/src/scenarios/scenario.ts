import type { Floor } from '../floor/floor.ts';
import type { LoadProcess } from '../load/load-process.ts';
import type { Measured } from '../load/measure.ts';
import type { Options } from '../options.ts';
import type { Progress } from '../report/progress.ts';
import { spreadOf, type Spread } from '../report/spread.ts';
import type { BenchServer } from '../setup/server.ts';

export type Bench = {
  server: BenchServer;
  load: LoadProcess;
  /** Another one, for what runs the core within. */
  coreLoad: LoadProcess;
  floor: Floor;
  options: Options;
  progress: Progress;
  /** What earlier scenarios of this run found. */
  outcomes: Map<string, Outcome>;
};

export type Side = 'floor' | 'ours' | 'core';

/** One way of calling, measured once a round. */
export type Series = { label: string; side: Side; clients: number; rounds: Measured[] };

/** What was to be reached: the ratios are paired, each of two turns of the same round. */
export type Goal = { what: string; wanted: string; ratio: Spread; met: boolean };

export type Outcome = { series: Series[]; goals: Goal[]; notes: string[] };

export type Scenario = {
  name: string;
  title: string;
  /** In the long form alone. */
  long: boolean;
  /** How long it takes, about, in seconds. */
  takes: (options: Options) => number;
  run: (bench: Bench) => Promise<Outcome>;
};

/** A goal of `numerator` / `denominator`, round by round, at least (or at most) `bound`. */
export function goal(what: string, sign: '≥' | '≤', bound: number, numerator: number[], denominator: number[]): Goal {
  const ratio = spreadOf(numerator.map((value, round) => value / denominator[round]!));
  const met = sign === '≥' ? ratio.median >= bound : ratio.median <= bound;
  return { what, wanted: `${sign} ${bound}`, ratio, met };
}

export const rates = (series: Series): number[] => series.rounds.map(({ perSecond }) => perSecond);

/** The series with the best median rate. */
export function bestOf(all: readonly Series[]): Series {
  const median = (series: Series) => spreadOf(rates(series)).median;
  return all.reduce((best, series) => (median(series) > median(best) ? series : best));
}

/** The series of a side at a number of clients; undefined when it wasn't measured. */
export const seriesOf = (outcome: Outcome, side: Side, clients: number): Series | undefined =>
  outcome.series.find((series) => series.side === side && series.clients === clients);
