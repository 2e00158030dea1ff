import { count, ratio } from '../report/format.ts';
import { spreadOf } from '../report/spread.ts';
import type { BenchDatabase } from '../setup/server.ts';
import type { Options } from '../options.ts';
import { usualSeed, uniformShape } from './orders.ts';
import { counted, expectNoFailures, withPair, WrongResult, type Pair } from './pair.ts';
import { goal, goalOf, rates, ratios, seriesOf, type Bench, type Goal } from './scenario.ts';
import type { Scenario, Series } from './scenario.ts';
import { takeTurns, turnSeconds, windowOf } from './turns.ts';

const shoppersOf = ({ clients }: Options): readonly number[] => clients ?? [1, 4, 8, 16, 64, 256];

/** The baseline's functions that a flow calls. */
const functions = 3;

// Each number of shoppers with the smallest ratio to the baseline's flows at the same number.
const ratioGoals = [
  [1, 0.5],
  [8, 1],
  [16, 1.5],
  [64, 3],
] as const;
// Each number of shoppers with the largest CPU time of a flow, of the API and PostgreSQL, in ms.
const cpuGoals = [
  [1, 4],
  [8, 2.5],
  [64, 1.2],
] as const;

/** The whole flow of a shopper: order.create, payment.create, and the webhook by which the order becomes PAID. */
export const flow: Scenario = {
  name: 'flow',
  title: 'whole flow: order.create, payment.create, signed webhook CAPTURED',
  long: false,
  takes: (options) =>
    turnSeconds(
      options.rounds,
      options.seconds,
      shoppersOf(options).flatMap((n) => [['baseline', n] as const, ['ours', n] as const]),
      functions,
    ) + 15,
  run: async (bench) =>
    withPair(bench, usualSeed, async (pair) => {
      const series = await takeTurns(
        bench,
        'flow',
        shoppersOf(bench.options).flatMap((clients) => [
          { label: 'baseline', side: 'baseline', clients, turn: baselineFlows(bench, pair, clients) },
          { label: 'API', side: 'ours', clients, turn: ourFlows(bench, pair, clients) },
        ]),
      );
      return { series, goals: goalsOf(series), notes: notesOf(series) };
    }),
};

const baselineFlows =
  (bench: Bench, { baseline }: Pair, clients: number) =>
  async () => {
    const measured = await counted(bench, { database: baseline, table: 'orders' }, async () =>
      bench.baseline.flows(uniformShape, {
        databaseUrl: baseline.url,
        clients,
        ...windowOf(bench, 'baseline', clients, functions),
      }),
    );
    await expectAllPaid(baseline);
    return measured;
  };

const ourFlows =
  (bench: Bench, { ours, api }: Pair, clients: number) =>
  async () => {
    const loaded = await counted(bench, { database: ours, table: 'orders', node: api.pid }, async () => {
      const { url, tokenSecret, webhookSecret } = api;
      const window = windowOf(bench, 'ours', clients);
      const flows = await bench.load.run({
        kind: 'flow',
        url,
        tokenSecret,
        webhookSecret,
        shape: uniformShape,
        clients,
        ...window,
      });
      expectNoFailures(flows);
      return flows;
    });
    await expectAllPaid(ours);
    return loaded;
  };

/**
 * Checks that each new order went through the whole flow. The seed's orders are CREATED and have one key each.
 * @throws WrongResult when an order has no captured payment, applied event, parcel, or one of its two keys
 */
async function expectAllPaid(database: BenchDatabase): Promise<void> {
  const [row] = await database.query<Record<string, number>>(
    `select (select count(*)::int from commerce.orders) - $1 as orders,
      (select count(*)::int from commerce.orders where status = 'PAID') as paid,
      (select count(*)::int from commerce.payments where status = 'CAPTURED') as captured,
      (select count(*)::int from commerce.gateway_events
        where outcome = 'APPLIED' and effect = 'order_paid') as applied,
      (select count(*)::int from commerce.shipments where status = 'READY') as parcels,
      ((select count(*) from commerce.idempotency_keys) - $1)::float / 2 as "pairs of keys"`,
    [usualSeed.orders],
  );
  const counts = Object.entries(row ?? {});
  if (new Set(counts.map(([, n]) => n)).size === 1) return;
  throw new WrongResult(`the flows left different counts: ${counts.map(([what, n]) => `${what} ${n}`).join(', ')}`);
}

/** Returns the CPU time of a flow in ms, of each round: of the API (0 for the baseline) and of PostgreSQL. */
const cpuMs = ({ rounds }: Series) =>
  rounds.map(({ cpuUs }) => ({ node: (cpuUs?.node ?? 0) / 1000, postgres: (cpuUs?.postgres ?? NaN) / 1000 }));

function goalsOf(series: readonly Series[]): Goal[] {
  const perSecond = ratioGoals.flatMap(([n, bound]) => {
    const [baseline, ours] = [seriesOf({ series }, 'baseline', n), seriesOf({ series }, 'ours', n)];
    const what = `whole flow, ${n} ${n === 1 ? 'shopper' : 'shoppers'} / baseline’s at ${n}`;
    return baseline && ours ? [goal(what, '≥', bound, rates(ours), rates(baseline))] : [];
  });
  const cpu = cpuGoals.flatMap(([n, bound]) => {
    const ours = seriesOf({ series }, 'ours', n);
    const what = `CPU a flow, API + PG, ${n} ${n === 1 ? 'shopper' : 'shoppers'}, ms`;
    return ours
      ? [
          goalOf(
            what,
            '≤',
            bound,
            cpuMs(ours).map(({ node, postgres }) => node + postgres),
          ),
        ]
      : [];
  });
  return [...perSecond, ...cpu];
}

/** Renders for each number of shoppers the ratio to the baseline and the CPU time of a flow on both sides. */
function notesOf(series: readonly Series[]): string[] {
  const line = (shoppers: string, ...cells: string[]) =>
    `${shoppers.padStart(8)}  ${cells.map((cell) => cell.padEnd(20)).join('  ')}`.trimEnd();
  const lines = series
    .filter(({ side }) => side === 'ours')
    .flatMap((ours) => {
      const baseline = seriesOf({ series }, 'baseline', ours.clients);
      if (!baseline) return [];
      const { median, least, most } = spreadOf(ratios(rates(ours), rates(baseline)));
      const cpu = (of: Series, who: 'node' | 'postgres') => ratio(spreadOf(cpuMs(of).map((ms) => ms[who])).median);
      return line(
        count(ours.clients),
        `${ratio(median)} (${ratio(least)}–${ratio(most)})`,
        `${cpu(ours, 'node')} + ${cpu(ours, 'postgres')}`,
        cpu(baseline, 'postgres'),
      );
    });
  return [
    line('shoppers', 'flows ÷ baseline’s', 'CPU ms: API + PG', 'baseline: PG'),
    ...lines,
    'The baseline’s CPU time contains the planning of its new connections, which shows from 64 on.',
  ];
}
