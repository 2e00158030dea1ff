import type { Measured } from '../load/measure.ts';
import type { Options } from '../options.ts';
import { counted, expectNoFailures, withPair, type Pair } from './pair.ts';
import { bestOf, goal, rates, type Bench, type Scenario, type Side } from './scenario.ts';
import { takeTurns, turnSeconds, windowOf } from './turns.ts';

const sides: [Side, number][] = [
  ['floor', 8],
  ['floor', 64],
  ['ours', 64],
];

// More than either side takes: what is left when a turn ends is next turn's.
const perSecondMax = 5_000;
const waitingFor = ({ rounds, seconds }: Options) => Math.min(1_000_000, (rounds + 1) * (seconds + 2) * perSecondMax);

const floorWebhooks =
  (bench: Bench, { floor }: Pair, clients: number) =>
  async () =>
    counted(bench, { database: floor, table: 'gateway_events' }, async () =>
      bench.floor.webhooks({ databaseUrl: floor.url, clients, ...windowOf(bench, 'floor', clients) }),
    );

/** Each payment's webhook comes once; `taken` counts over the rounds how many did. */
const ourWebhooks =
  (bench: Bench, { ours, api }: Pair, taken: { to: number }, clients: number) =>
  async (): Promise<Measured> =>
    counted(bench, { database: ours, table: 'gateway_events', node: api.pid }, async () => {
      const loaded = await bench.load.run({
        kind: 'webhooks',
        url: api.url,
        secret: api.webhookSecret,
        from: taken.to + 1,
        to: waitingFor(bench.options),
        clients,
        ...windowOf(bench, 'ours', clients),
      });
      expectNoFailures(loaded);
      taken.to += loaded.succeeded;
      return loaded;
    });

export const webhooks: Scenario = {
  name: 'webhooks',
  title: 'gateway’s webhook, signed, the order becomes PAID',
  long: false,
  takes: (options) => turnSeconds(options.rounds, options.seconds, sides) + waitingFor(options) / 5_000 + 15,
  run: async (bench) =>
    withPair(bench, { products: 1_000, orders: 0, waiting: waitingFor(bench.options) }, async (pair) => {
      const taken = { to: 0 };
      const series = await takeTurns(
        bench,
        'webhooks',
        sides.map(([side, clients]) => ({
          label: side === 'floor' ? 'floor' : 'API',
          side,
          clients,
          turn: side === 'floor' ? floorWebhooks(bench, pair, clients) : ourWebhooks(bench, pair, taken, clients),
        })),
      );
      const ours = series.find(({ side }) => side === 'ours')!;
      const floor = bestOf(series.filter(({ side }) => side === 'floor'));
      return {
        series,
        goals: [goal('webhook, 64 clients / floor’s best', '≥', 2, rates(ours), rates(floor))],
        notes: [],
      };
    }),
};
