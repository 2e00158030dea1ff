import type { QuoteLine } from '@commerce-core/core';
import { startQuotingApi, type Api } from '../setup/api.ts';
import { currency } from '../setup/ids.ts';
import { expectHealthy } from './pair.ts';
import { goal, type Scenario, type Series } from './scenario.ts';
import { usualSeed, uniformShape } from './orders.ts';
import { ourOrders, takeTurns, turnSeconds } from './turns.ts';

const clients = 64;

const discount: QuoteLine = { kind: 'DISCOUNT', name: 'Welcome', quantity: 1, unitAmount: -7 };

const labels = ['no quote', 'a discount', 'shipping', 'shipping, discount'];

/**
 * The CPU time of an order in each round, of the API and PostgreSQL together. A busy machine changes it less than the
 * rate.
 */
const cpuUs = ({ rounds }: Series): number[] =>
  rounds.map(({ cpuUs }) => (cpuUs?.node ?? NaN) + (cpuUs?.postgres ?? NaN));

async function createShipping({ operator }: Api): Promise<string> {
  const option = await operator.shippingOption.create.mutate({ name: 'Parcel', priceAmount: 3_000, currency });
  return option.id;
}

/**
 * Compares orders with and without a discount and a shipping option. The discount is of a function, as an embedder
 * gives it.
 */
export const discounts: Scenario = {
  name: 'discounts',
  title: 'order.create with and without a discount and shipping, 1,000 products, 2 lines',
  long: true,
  takes: ({ rounds, seconds }) =>
    turnSeconds(
      rounds,
      seconds,
      labels.map(() => ['ours', clients] as const),
    ) + 20,
  async run(bench) {
    const ours = await bench.server.createDatabase('discounts', usualSeed);
    const [plain, discounting] = [await startQuotingApi(ours.url, []), await startQuotingApi(ours.url, [discount])];
    try {
      const shippingOptionId = await createShipping(plain);
      const turns = [
        ourOrders(bench, { ours, api: plain }, uniformShape, { clients }),
        ourOrders(bench, { ours, api: discounting }, uniformShape, { clients }),
        ourOrders(bench, { ours, api: plain }, uniformShape, { clients, shippingOptionId }),
        ourOrders(bench, { ours, api: discounting }, uniformShape, { clients, shippingOptionId }),
      ];
      const series = await takeTurns(
        bench,
        'discounts',
        turns.map((turn, index) => ({ label: labels[index] ?? '', side: 'ours', clients, turn })),
      );
      await expectHealthy('discounts', ours);
      const [none = [], discounted = [], shipped = [], both = []] = series.map(cpuUs);
      const goals = [
        goal('CPU an order, with a discount / without', '≤', 1.1, discounted, none),
        goal('CPU an order, with shipping and a discount / with shipping', '≤', 1.1, both, shipped),
        goal('CPU an order, with shipping and a discount / with neither', '≤', 1.1, both, none),
      ];
      return { series, goals, notes: [] };
    } finally {
      await Promise.all([plain.stop(), discounting.stop()]);
      await ours.drop();
    }
  },
};
