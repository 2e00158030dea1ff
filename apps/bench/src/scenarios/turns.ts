import type { Shape } from '../load/job.ts';
import type { Measured, Window } from '../load/measure.ts';
import { count, milliseconds } from '../report/format.ts';
import type { BenchDatabase } from '../setup/server.ts';
import { counted, expectNoFailures, type Pair } from './pair.ts';
import type { Bench, Series, Side } from './scenario.ts';

const warmMs = 600;

/**
 * Returns the warm-up for planning in seconds. Each new connection of the baseline plans the statements of the
 * functions that it calls, which takes all cores about a second for 64 connections and a function.
 */
function planningSeconds(side: Side, clients: number, functions: number): number {
  const plans = functions * clients;
  return side === 'baseline' && plans >= 48 ? Math.ceil(plans / 64) : 0;
}

/**
 * Returns a side's warm-up and measured time.
 *
 * @param functions how many functions of the baseline are called
 */
export function windowOf(bench: Bench, side: Side, clients: number, functions = 1): Window {
  return {
    warmMs: warmMs + planningSeconds(side, clients, functions) * 1_000,
    measureMs: bench.options.seconds * 1_000,
  };
}

/** Returns the duration of the turns of `sides` in all rounds, in seconds. */
export function turnSeconds(
  rounds: number,
  seconds: number,
  sides: readonly (readonly [Side, number])[],
  functions = 1,
): number {
  const turn = ([side, clients]: readonly [Side, number]) =>
    seconds + warmMs / 1_000 + planningSeconds(side, clients, functions) + 0.3;
  return rounds * sides.reduce((sum, side) => sum + turn(side), 0);
}

type Turn = { label: string; side: Side; clients: number; turn: () => Promise<Measured> };

/**
 * Runs the turns in rounds and reports each. Each process of ours first gets a turn that doesn't count, because its
 * code is not compiled yet. The baseline has new sessions in each turn, so its warm-up is within the turn.
 *
 * @param options `warmed`: omits the turns that don't count
 */
export async function takeTurns(
  bench: Bench,
  name: string,
  turns: readonly Turn[],
  { warmed = false } = {},
): Promise<Series[]> {
  const cold = new Map(turns.filter(({ side }) => side !== 'baseline').map((turn) => [turn.label, turn]));
  for (const { label, turn } of warmed ? [] : cold.values()) {
    bench.progress.now(`${name}: warming up ${label}`);
    await turn();
  }
  const series = turns.map(({ label, side, clients }): Series => ({ label, side, clients, rounds: [] }));
  for (let round = 1; round <= bench.options.rounds; round += 1) {
    // After a checkpoint PostgreSQL writes whole pages to the WAL. A checkpoint here costs both sides the same.
    await bench.server.checkpoint();
    for (const [index, { label, clients, turn }] of turns.entries()) {
      const what = `${name}, round ${round}: ${label}, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
      bench.progress.now(what);
      const measured = await turn();
      series[index]?.rounds.push(measured);
      const { perSecond, p50Ms, p99Ms } = measured;
      bench.progress.say(`${what}: ${count(perSecond)}/s, p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)} ms`);
    }
  }
  return series;
}

/** Returns a turn in which the baseline places orders. */
export const baselineOrders =
  (bench: Bench, { baseline }: Pick<Pair, 'baseline'>, shape: Shape, clients: number, rate?: number) =>
  async () =>
    counted(bench, { database: baseline, table: 'orders' }, async () =>
      bench.baseline.orders(shape, {
        databaseUrl: baseline.url,
        clients,
        rate,
        ...windowOf(bench, 'baseline', clients),
      }),
    );

type OurTurn = { clients: number; rate?: number; failShare?: number; shippingOptionId?: string };

/** Returns a turn of `order.create` at the API. A failed call is an error unless `failShare` is given. */
export const ourOrders =
  (
    bench: Bench,
    { ours, api }: Pick<Pair, 'ours' | 'api'>,
    shape: Shape,
    { clients, rate, failShare, shippingOptionId }: OurTurn,
  ) =>
  async () =>
    counted(bench, { database: ours, table: 'orders', node: api.pid }, async () => {
      const loaded = await bench.load.run({
        kind: 'orders',
        url: api.url,
        tokenSecret: api.tokenSecret,
        shape,
        clients,
        rate,
        ...(failShare === undefined ? {} : { failShare }),
        ...(shippingOptionId === undefined ? {} : { shippingOptionId }),
        ...windowOf(bench, 'ours', clients),
      });
      if (failShare === undefined) expectNoFailures(loaded);
      return loaded;
    });

/** Returns a turn of the core without the API. */
export const coreOrders = (bench: Bench, database: BenchDatabase, shape: Shape, clients: number) => async () =>
  counted(bench, { database, table: 'orders', node: bench.coreLoad.pid }, async () => {
    const loaded = await bench.coreLoad.run({
      kind: 'core',
      databaseUrl: database.url,
      shape,
      clients,
      ...windowOf(bench, 'core', clients),
    });
    expectNoFailures(loaded);
    return loaded;
  });
