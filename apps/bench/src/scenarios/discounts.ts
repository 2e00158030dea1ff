import type { QuoteLine } from '@commerce-core/core';
import { expectHealthy } from './pair.ts';
import { goal, type Scenario, type Series } from './scenario.ts';
import { usualSeed, uniformShape } from './orders.ts';
import { coreOrders, takeTurns, turnSeconds } from './turns.ts';

const clients = 64;

const discount: QuoteLine = { kind: 'DISCOUNT', name: 'Welcome', quantity: 1, unitAmount: -7 };
const shipping: QuoteLine = { kind: 'SHIPPING', name: 'Parcel', quantity: 1, unitAmount: 3_000 };

const quotes: readonly { label: string; quote: readonly QuoteLine[] }[] = [
  { label: 'no quote', quote: [] },
  { label: 'a discount', quote: [discount] },
  { label: 'shipping', quote: [shipping] },
  { label: 'shipping, discount', quote: [shipping, discount] },
];

/** The CPU time of an order in each round, of the core and PostgreSQL together. A busy machine changes it less than the rate. */
const cpuUs = ({ rounds }: Series): number[] =>
  rounds.map(({ cpuUs }) => (cpuUs?.node ?? NaN) + (cpuUs?.postgres ?? NaN));

/** Compares orders with and without a discount and shipping. Only the core has the hook for them. */
export const discounts: Scenario = {
  name: 'discounts',
  title: 'placeOrder of the core with and without a discount, 1,000 products, 2 lines',
  long: true,
  takes: ({ rounds, seconds }) =>
    turnSeconds(
      rounds,
      seconds,
      quotes.map(() => ['core', clients] as const),
    ) + 20,
  async run(bench) {
    const database = await bench.server.createDatabase('discounts', usualSeed);
    try {
      const series = await takeTurns(
        bench,
        'discounts',
        quotes.map(({ label, quote }) => ({
          label,
          side: 'core',
          clients,
          turn: coreOrders(bench, database, uniformShape, clients, quote),
        })),
      );
      await expectHealthy('discounts', database);
      const [none = [], discounted = [], shipped = [], both = []] = series.map(cpuUs);
      const goals = [
        goal('CPU an order, with a discount / without', '≤', 1.1, discounted, none),
        goal('CPU an order, with shipping and a discount / with shipping', '≤', 1.1, both, shipped),
      ];
      return { series, goals, notes: [] };
    } finally {
      await database.drop();
    }
  },
};
