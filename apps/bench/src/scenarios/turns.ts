import type { Shape } from '../load/job.ts';
import type { Measured, Window } from '../load/measure.ts';
import { count, milliseconds } from '../report/format.ts';
import type { BenchDatabase } from '../setup/server.ts';
import { counted, expectNoFailures, type Pair } from './pair.ts';
import type { Bench, Series, Side } from './scenario.ts';

const warmMs = 600;

/** How long a side is warmed up and measured: each of the floor's connections first has to plan the function's statements. */
export function windowOf(bench: Bench, side: Side, clients: number): Window {
  const planningMs = side === 'floor' ? Math.ceil(clients / 64) * 1_000 * (clients >= 64 ? 1 : 0) : 0;
  return { warmMs: warmMs + planningMs, measureMs: bench.options.seconds * 1_000 };
}

/** What turns of `sides` take, in seconds, all rounds together. */
export function turnSeconds(rounds: number, seconds: number, sides: readonly (readonly [Side, number])[]): number {
  const planning = ([side, clients]: readonly [Side, number]) =>
    side === 'floor' && clients >= 64 ? Math.ceil(clients / 64) : 0;
  return rounds * sides.reduce((sum, side) => sum + seconds + warmMs / 1_000 + planning(side) + 0.3, 0);
}

type Turn = { label: string; side: Side; clients: number; turn: () => Promise<Measured> };

/**
 * Takes turns, round after round, and says how each went. Before, each process of ours gets one turn that doesn't count:
 * its code is still being compiled. The floor's sessions are new in each turn, and warmed up within it.
 */
export async function takeTurns(
  bench: Bench,
  name: string,
  turns: readonly Turn[],
  { warmed = false } = {},
): Promise<Series[]> {
  const cold = new Map(turns.filter(({ side }) => side !== 'floor').map((turn) => [turn.label, turn]));
  for (const { label, turn } of warmed ? [] : cold.values()) {
    bench.progress.now(`${name}: warming up ${label}`);
    await turn();
  }
  const series = turns.map(({ label, side, clients }): Series => ({ label, side, clients, rounds: [] }));
  for (let round = 1; round <= bench.options.rounds; round += 1) {
    // Both sides write whole pages to the log after a checkpoint; here it costs both the same.
    await bench.server.checkpoint();
    for (const [index, { label, clients, turn }] of turns.entries()) {
      const what = `${name}, round ${round}: ${label}, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
      bench.progress.now(what);
      const measured = await turn();
      series[index]!.rounds.push(measured);
      const { perSecond, p50Ms, p99Ms } = measured;
      bench.progress.say(`${what}: ${count(perSecond)}/s, p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)} ms`);
    }
  }
  return series;
}

/** A turn of the floor placing orders. */
export const floorOrders =
  (bench: Bench, { floor }: Pick<Pair, 'floor'>, shape: Shape, clients: number, rate?: number) =>
  async () =>
    counted(bench, { database: floor, table: 'orders' }, async () =>
      bench.floor.orders(shape, { databaseUrl: floor.url, clients, rate, ...windowOf(bench, 'floor', clients) }),
    );

type OurTurn = { clients: number; rate?: number; failShare?: number };

/** A turn of `order.create` at the API. Failures are an error, but where they are asked for. */
export const ourOrders =
  (bench: Bench, { ours, api }: Pick<Pair, 'ours' | 'api'>, shape: Shape, { clients, rate, failShare }: OurTurn) =>
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
        ...windowOf(bench, 'ours', clients),
      });
      if (failShare === undefined) expectNoFailures(loaded);
      return loaded;
    });

/** A turn of the core alone. */
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
