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
import { coreOrders, floorOrders, ourOrders, takeTurns, turnSeconds } from './turns.ts';

export const uniformShape: Shape = { products: 1_000, lines: 2 };
const hotShape: Shape = { products: 1, lines: 1 };

/** What lies in the tables before anything is measured. */
export const usualSeed = { products: 1_000, orders: 10_000, waiting: 0 };

type Who = { label: string; side: Side };
const [floor, everything, core]: [Who, Who, Who] = [
  { label: 'floor', side: 'floor' },
  { label: 'API', side: 'ours' },
  { label: 'core alone', side: 'core' },
];

/** Who takes turns, from how many clients. The short form leaves out what no goal asks for. */
function turnsOf({ clients, long }: Options, isHot: boolean): (Who & { clients: number })[] {
  return clients.flatMap((n) => [
    // Planning alone takes so many connections of the floor seconds each time; they never are its best.
    ...(long || n <= 64 ? [{ ...floor, clients: n }] : []),
    ...(long || (n !== 8 && !(isHot && n === 1)) ? [{ ...everything, clients: n }] : []),
    // What the layers above the core cost: HTTP, tRPC, JWT, logs.
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
          turnsOf(bench.options, shape === hotShape).map((who) => ({ ...who, turn: turnOf(bench, pair, shape, who) })),
        );
        const outcome: Outcome = { series, goals: [], notes: [] };
        return { ...outcome, goals: goalsOf(outcome, bench) };
      }),
  };
}

function turnOf(bench: Bench, pair: Pair, shape: Shape, { side, clients }: { side: Side; clients: number }) {
  switch (side) {
    case 'floor':
      return floorOrders(bench, pair, shape, clients);
    case 'ours':
      return ourOrders(bench, pair, shape, { clients });
    case 'core':
      return coreOrders(bench, pair.ours, shape, clients);
  }
}

/** Ours at a number of clients against the best that the floor does at any. */
function againstFloor(
  outcome: Outcome,
  what: string,
  bounds: readonly (readonly [clients: number, bound: number])[],
): Goal[] {
  const floors = outcome.series.filter(({ side }) => side === 'floor');
  return bounds.flatMap(([clients, bound]) => {
    const ours = seriesOf(outcome, 'ours', clients);
    if (!ours || floors.length === 0) return [];
    return [goal(`${what}, ${clients} clients / floor’s best`, '≥', bound, rates(ours), rates(bestOf(floors)))];
  });
}

export const uniform = ordersScenario('uniform', 'order.create, 1,000 products, 2 lines', uniformShape, (outcome) => {
  const [floor, ours] = [seriesOf(outcome, 'floor', 1), seriesOf(outcome, 'ours', 1)];
  const lone =
    floor && ours
      ? [
          goal(
            'lone client’s latency, p50 / floor’s',
            '≤',
            2,
            ours.rounds.map(({ p50Ms }) => p50Ms),
            floor.rounds.map(({ p50Ms }) => p50Ms),
          ),
        ]
      : [];
  return [
    ...againstFloor(outcome, 'order.create', [
      [64, 1.5],
      [256, 2],
    ]),
    ...lone,
  ];
});

export const hot = ordersScenario('hot', 'order.create, all of one product', hotShape, (outcome, { outcomes }) => {
  const other = outcomes.get('uniform');
  const noSlower = [64, 256].flatMap((clients) => {
    const [here, there] = [seriesOf(outcome, 'ours', clients), other && seriesOf(other, 'ours', clients)];
    return here && there
      ? [goal(`one hot product / uniform, ${clients} clients`, '≥', 1, rates(here), rates(there))]
      : [];
  });
  return [
    ...againstFloor(outcome, 'one hot product', [
      [64, 5],
      [256, 7],
    ]),
    ...noSlower,
  ];
});
