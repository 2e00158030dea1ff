import { afterAll, beforeAll, expect, test } from 'vitest';
import { scriptedGateway, type GatewayRequestKind } from '../../testing/scripted-gateway.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

// A gateway that gives payments an id of its own, which the shop learns from the answer to their creation, as Stripe
// does.
const { gateway, readRequests, scriptReplies } = scriptedGateway();
let duringInitiation = async (_: { id: string; orderId: string }): Promise<void> => {};
let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop({
    gateways: [
      {
        ...gateway,
        initiation: {
          by: 'server',
          async initiate(payment) {
            await duringInitiation(payment);
            return { gatewayPaymentId: payment.gatewayPaymentId ?? `pi_${payment.id}`, next: { provider: 'mock' } };
          },
        },
      },
    ],
  });
});
afterAll(() => shop.close());

const makeCalls = (): Promise<number> => shop.commerce.callGateways(1_000);
const kindsOf = (paymentId: string): GatewayRequestKind[] => readRequests(paymentId).map(({ kind }) => kind);

test('a live attempt gets its next step', async () => {
  const { id: orderId } = await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
  expect(await shop.commerce.createPayment({ orderId, provider: 'mock' })).toMatchObject({
    status: 'PENDING',
    next: { provider: 'mock' },
  });
});

test.each([
  ['canceled', async (orderId: string): Promise<unknown> => shop.commerce.cancelOrder({ orderId })],
  // Expiry polls the gateway once before it cancels the attempt.
  [
    'expired',
    async (orderId: string) => {
      await shop.expireTestOrder(orderId);
      await makeCalls();
      await shop.expireTestOrder(orderId);
    },
  ],
] as const)('an attempt whose order is %s during its creation has no next step, and is ended there', async (_, end) => {
  const { id: orderId } = await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
  duringInitiation = async ({ id }) => {
    // The gateway doesn't know the payment under any id that the shop has.
    scriptReplies(id, { CANCEL: [[]] });
    await end(orderId);
    await makeCalls();
  };
  const payment = await shop.commerce.createPayment({ orderId, provider: 'mock' });
  duringInitiation = async () => {};
  expect(payment).toMatchObject({ status: 'CANCELED', next: null, gatewayPaymentId: `pi_${payment.id}` });
  const calls = async (): Promise<unknown[]> =>
    (await shop.commerce.listGatewayCalls({ orderId })).items
      .filter(({ kind }) => kind === 'CANCEL')
      .map(({ status, failureCode }) => [status, failureCode])
      .toReversed();
  expect(await calls()).toEqual([
    ['REFUSED', 'payment_unknown'],
    ['DUE', null],
  ]);
  await makeCalls();
  expect(kindsOf(payment.id).filter((kind) => kind === 'CANCEL')).toHaveLength(2);
  expect(await calls()).toEqual([
    ['REFUSED', 'payment_unknown'],
    ['DONE', null],
  ]);
});

test('a CANCEL that leaves an attempt open is REFUSED, and is not made again by its own reply', async () => {
  const { orderId, payment } = await shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });
  await shop.commerce.cancelOrder({ orderId });
  scriptReplies(payment.id, { CANCEL: [[{ type: 'PENDING' }]] });
  await makeCalls();
  await makeCalls();
  expect(kindsOf(payment.id)).toEqual(['CANCEL']);
  expect((await shop.commerce.listGatewayCalls({ orderId })).items).toMatchObject([
    { kind: 'CANCEL', status: 'REFUSED', failureCode: 'still_payable' },
  ]);
  // A virtual account is issued after the cancel.
  await shop.sendWebhook('PENDING', payment);
  await makeCalls();
  expect(kindsOf(payment.id)).toEqual(['CANCEL', 'CANCEL']);
});
