import { createCommerce, type Gateway } from '@commerce-core/core';
import { openTestDatabase } from '@commerce-core/core/testing';
import { expect, onTestFinished } from 'vitest';
import type { Emulator } from './emulator.ts';
import { until, type Received, type Reply } from '../shop.testing.ts';
import { startSimulator } from '../simulator.testing.ts';

/** A whole shop with an order of 50,000 won, before the simulator. The doctor looks at it when the test is over. */
export async function openShop(dialect: Emulator, gatewayAt: (url: string) => Gateway) {
  const { provider } = dialect;
  let deaf = false;
  const take = async ({ headers, body }: Received): Promise<Reply> => {
    if (deaf) return { status: 503 };
    const header = (name: string) => headers[name]?.toString();
    await commerce.receiveWebhook(provider, { rawBody: Buffer.from(body), header });
    return { status: 200 };
  };
  const simulator = await startSimulator({ emulators: [dialect], reply: take });
  const database = await openTestDatabase();
  const commerce = createCommerce({ database, gateways: [gatewayAt(simulator.url)] });
  onTestFinished(async () => {
    const violations = await commerce.doctor().finally(database.drop);
    expect(violations).toEqual([]);
  });

  const { id: productId } = await commerce.createProduct({
    sku: 'HAT',
    name: 'Hat',
    priceAmount: 25_000,
    currency: 'KRW',
  });
  await commerce.receiveStock({ productId, quantity: 5 });
  const { id: orderId } = await commerce.placeOrder({ customerId: 'kim', lines: [{ productId, quantity: 2 }] });
  return {
    ...simulator,
    commerce,
    orderId,
    create: (more: object = {}) => commerce.createPayment({ orderId, provider, ...more }),
    order: () => commerce.getOrder({ orderId }),
    /** Each attempt's status. */
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
    /** What the shopper does at the gateway; its id of the payment. */
    pay: async (paymentId: string, outcome = 'CAPTURED', more: object = {}) => {
      const paying = { provider, paymentId, outcome, amount: 50_000, currency: 'KRW', ...more };
      return (await simulator.pay(paying)).body as { gatewayPaymentId: string };
    },
    /** Whether webhooks get lost from now on. */
    hears: (does: boolean) => {
      deaf = !does;
    },
    /** Until nothing is on its way from the gateway, and then nothing due there: what arrives may have it asked. */
    settle: async () =>
      until(
        async () =>
          (await simulator.request('/hostile')).body.underway === 0 &&
          (await commerce.callGateways(32, provider)) === 0,
      ),
  };
}
