import type { Measured } from '../load/measure.ts';
import type { Options } from '../options.ts';
import { counted, expectNoFailures, withPair, type Pair } from './pair.ts';
import { bestOf, goal, rates, type Bench, type Scenario, type Side } from './scenario.ts';
import { takeTurns, turnSeconds, windowOf } from './turns.ts';

const sides: [Side, number][] = [
  ['baseline', 8],
  ['baseline', 64],
  ['ours', 64],
];

// More than either side can process. The next turn uses the payments that are left.
const perSecondMax = 5_000;
const waitingFor = ({ rounds, seconds }: Options) => Math.min(1_000_000, (rounds + 1) * (seconds + 2) * perSecondMax);

const baselineWebhooks =
  (bench: Bench, { baseline }: Pair, clients: number) =>
  async () =>
    counted(bench, { database: baseline, table: 'gateway_events' }, async () =>
      bench.baseline.webhooks({ databaseUrl: baseline.url, clients, ...windowOf(bench, 'baseline', clients) }),
    );

/** Sends each payment's webhook once. `taken.to` is the last payment of the earlier rounds. */
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

/** Webhooks that pay orders. */
export const webhooks: Scenario = {
  name: 'webhooks',
  title: 'signed webhook of a gateway, the order becomes PAID',
  long: false,
  takes: (options) => turnSeconds(options.rounds, options.seconds, sides) + waitingFor(options) / 5_000 + 15,
  run: async (bench) =>
    withPair(bench, { products: 1_000, orders: 0, waiting: waitingFor(bench.options) }, async (pair) => {
      const taken = { to: 0 };
      const series = await takeTurns(
        bench,
        'webhooks',
        sides.map(([side, clients]) => ({
          label: side === 'baseline' ? 'baseline' : 'API',
          side,
          clients,
          turn: side === 'baseline' ? baselineWebhooks(bench, pair, clients) : ourWebhooks(bench, pair, taken, clients),
        })),
      );
      const ours = bestOf(series.filter(({ side }) => side === 'ours'));
      const baseline = bestOf(series.filter(({ side }) => side === 'baseline'));
      return {
        series,
        goals: [goal('webhook, 64 clients / best baseline', '≥', 2, rates(ours), rates(baseline))],
        notes: [],
      };
    }),
};
