import type { Shape } from '../load/job.ts';
import type { Options } from '../options.ts';
import { withPair, type Pair } from './pair.ts';
import {
  bestOf,
  goal,
  rates,
  seriesOf,
  type Bench,
  type Goal,
  type Outcome,
  type Scenario,
  type Side,
} from './scenario.ts';
import { coreOrders, baselineOrders, ourOrders, takeTurns, turnSeconds } from './turns.ts';

export const uniformShape: Shape = { products: 1_000, lines: 2 };
export const hotShape: Shape = { products: 1, lines: 1 };

/** The rows that exist before the measurement. */
export const usualSeed = { products: 1_000, orders: 10_000, waiting: 0 };

type Caller = { label: string; side: Side };
const [baseline, api, core]: [Caller, Caller, Caller] = [
  { label: 'baseline', side: 'baseline' },
  { label: 'API', side: 'ours' },
  { label: 'core alone', side: 'core' },
];

/** Returns the sides and client counts that take turns. The short form omits those that no goal needs. */
function turnsOf({ clients, long }: Options, isHot: boolean): (Caller & { clients: number })[] {
  return (clients ?? (isHot ? [1, 8, 64, 256] : [1, 8, 16, 64, 256])).flatMap((n) => [
    // With 256 connections the baseline plans its statements for seconds in each turn, and is never at its best.
    ...(long || n <= 64 ? [{ ...baseline, clients: n }] : []),
    ...(long || !isHot || n > 8 ? [{ ...api, clients: n }] : []),
    // Shows the cost of the layers above the core: HTTP, tRPC, JWT, logs.
    ...(n === 64 && !isHot ? [{ ...core, clients: n }] : []),
  ]);
}

function ordersScenario(
  name: string,
  title: string,
  shape: Shape,
  goalsOf: (outcome: Outcome, bench: Bench) => Goal[],
): Scenario {
  return {
    name,
    title,
    long: false,
    takes: (options) =>
      turnSeconds(
        options.rounds,
        options.seconds,
        turnsOf(options, shape === hotShape).map(({ side, clients }) => [side, clients]),
      ) + 15,
    run: async (bench) =>
      withPair(bench, usualSeed, async (pair) => {
        const series = await takeTurns(
          bench,
          name,
          turnsOf(bench.options, shape === hotShape).map((caller) => ({
            ...caller,
            turn: turnOf(bench, pair, shape, caller),
          })),
        );
        const outcome: Outcome = { series, goals: [], notes: [] };
        return { ...outcome, goals: goalsOf(outcome, bench) };
      }),
  };
}

function turnOf(bench: Bench, pair: Pair, shape: Shape, { side, clients }: { side: Side; clients: number }) {
  switch (side) {
    case 'baseline':
      return baselineOrders(bench, pair, shape, clients);
    case 'ours':
      return ourOrders(bench, pair, shape, { clients });
    case 'core':
      return coreOrders(bench, pair.ours, shape, clients);
  }
}

/** Returns goals that compare the API at a number of clients with the baseline's best client count. */
function againstBaseline(
  outcome: Outcome,
  what: string,
  bounds: readonly (readonly [clients: number, bound: number])[],
): Goal[] {
  const baselines = outcome.series.filter(({ side }) => side === 'baseline');
  return bounds.flatMap(([clients, bound]) => {
    const ours = seriesOf(outcome, 'ours', clients);
    if (!ours || baselines.length === 0) return [];
    return [goal(`${what}, ${clients} clients / best baseline`, '≥', bound, rates(ours), rates(bestOf(baselines)))];
  });
}

/** Returns goals that compare both sides at the same number of clients. */
function againstSameClients(
  outcome: Outcome,
  what: string,
  bounds: readonly (readonly [clients: number, bound: number])[],
): Goal[] {
  return bounds.flatMap(([clients, bound]) => {
    const [baseline, ours] = [seriesOf(outcome, 'baseline', clients), seriesOf(outcome, 'ours', clients)];
    if (!baseline || !ours) return [];
    const both = `${what}, ${clients} ${clients === 1 ? 'client' : 'clients'} / baseline’s at ${clients}`;
    return [goal(both, '≥', bound, rates(ours), rates(baseline))];
  });
}

/** Orders of two products out of 1,000. */
export const uniform = ordersScenario('uniform', 'order.create, 1,000 products, 2 lines', uniformShape, (outcome) => {
  const [baseline, ours] = [seriesOf(outcome, 'baseline', 1), seriesOf(outcome, 'ours', 1)];
  const lone =
    baseline && ours
      ? [
          goal(
            'lone client’s latency, p50 / baseline’s',
            '≤',
            2,
            ours.rounds.map(({ p50Ms }) => p50Ms),
            baseline.rounds.map(({ p50Ms }) => p50Ms),
          ),
        ]
      : [];
  return [
    ...againstSameClients(outcome, 'order.create', [
      [1, 0.5],
      [8, 1],
      [16, 1.5],
    ]),
    ...againstBaseline(outcome, 'order.create', [
      [64, 1.5],
      [256, 2],
    ]),
    ...lone,
  ];
});

/** Orders of one product, so each order needs the lock of the same row. */
export const hot = ordersScenario('hot', 'order.create, all of one product', hotShape, (outcome, { outcomes }) => {
  const other = outcomes.get('uniform');
  const noSlower = [64, 256].flatMap((clients) => {
    const [here, there] = [seriesOf(outcome, 'ours', clients), other && seriesOf(other, 'ours', clients)];
    return here && there
      ? [goal(`one hot product / uniform, ${clients} clients`, '≥', 1, rates(here), rates(there))]
      : [];
  });
  return [
    ...againstBaseline(outcome, 'one hot product', [
      [64, 5],
      [256, 7],
    ]),
    ...noSlower,
  ];
});
