import { createCommerce, type Commerce, type Gateway } from '@commerce-core/core';
import { openTestDatabase } from '@commerce-core/core/testing';
import { expect, onTestFinished } from 'vitest';
import type { SimulatorOptions } from '../app.ts';
import type { Emulator } from './emulator.ts';
import { placeTestOrder } from './place-test-order.testing.ts';
import { until, type Received, type Reply } from '../shop.testing.ts';
import { startSimulator } from '../simulator.testing.ts';

/**
 * Starts a shop with an order of 50,000 won at the simulator. After the test the doctor checks its database, and both
 * books agree.
 */
export async function startShopWithOrder(
  emulator: Emulator,
  gatewayAt: (url: string) => Gateway,
  options: Partial<SimulatorOptions> = {},
) {
  const { provider } = emulator;
  let rejectsWebhooks = false;
  const take = async ({ headers, body }: Received): Promise<Reply> => {
    if (rejectsWebhooks) return { status: 503 };
    const header = (name: string) => headers[name]?.toString();
    await commerce.receiveWebhook(provider, { rawBody: Buffer.from(body), header });
    return { status: 200 };
  };
  const simulator = await startSimulator({ emulators: [emulator], reply: take, ...options });
  const database = await openTestDatabase();
  const commerce = createCommerce({ database, gateways: [gatewayAt(simulator.url)] });
  onTestFinished(async () => {
    try {
      const { items } = await commerce.reconcilePayments();
      expect(await commerce.doctor()).toEqual([]);
      expect(items.filter(({ outcome }) => outcome !== 'AGREES')).toEqual([]);
    } finally {
      await database.drop();
    }
  });

  const { productId, orderId } = await placeTestOrder(commerce, 25_000);
  return {
    ...simulator,
    commerce,
    orderId,
    create: (more: object = {}) => commerce.createPayment({ orderId, provider, ...more }),
    ...shopReads(commerce, { productId, orderId }),
    /** The shopper pays at the gateway. Returns the gateway's id of the payment. */
    pay: async (paymentId: string, outcome = 'CAPTURED', more: object = {}) => {
      const paying = { provider, paymentId, outcome, amount: 50_000, currency: 'KRW', ...more };
      return (await simulator.pay(paying)).body as { gatewayPaymentId: string };
    },
    /** Turns the shop's acceptance of webhooks on or off. */
    acceptsWebhooks: (does: boolean) => {
      rejectsWebhooks = !does;
    },
    /** Waits until no webhook is being delivered, and no call to the gateway is due. A webhook can make a call due. */
    untilGatewayIdle: async () =>
      until(
        async () =>
          (await simulator.request('/hostile')).body.underway === 0 &&
          (await commerce.callGateways(32, provider)) === 0,
      ),
  };
}

function shopReads(commerce: Commerce, { productId, orderId }: { productId: string; orderId: string }) {
  return {
    order: () => commerce.getOrder({ orderId }),
    /** The status of each attempt. */
    payments: async () =>
      (await commerce.listPayments({ orderId })).map(({ status, surplus }) => `${status}${surplus ? ' surplus' : ''}`),
    refunds: async () =>
      (await commerce.listRefunds({ orderId })).items
        .map(({ status, reason, amount }) => `${status} ${reason} ${amount}`)
        .toSorted(),
    stock: async () => {
      const { availableQty, reservedQty } = await commerce.getStock({ productId });
      return [availableQty, reservedQty];
    },
  };
}
