import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf, webhookSecret } from '../../testing/test-shop.ts';
import {
  createScriptedShop,
  type Attempt,
  type OrderState,
  type ScriptedShop,
} from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

/** A case of an order of 2 units at 1,000 KRW with 10 units in stock: the calls, their results and the final state. */
type Case = {
  title: string;
  run: () => Promise<{ attempt: Attempt; results: unknown[] }>;
  results: unknown[];
  finalState: OrderState;
};

const untouched = { refunds: [], attention: null };
const unpaid: OrderState = { payment: 'CREATED', order: 'PAYMENT_PENDING', stock: '10 2', ...untouched };
const paid: OrderState = { payment: 'CAPTURED', order: 'PAID', stock: '8 0', ...untouched };

const sendWebhook = async (...args: Parameters<ScriptedShop['sendWebhook']>) => {
  const { outcome, effect, duplicate } = await shop.sendWebhook(...args);
  return `${outcome} ${effect}${duplicate ? ' duplicate' : ''}`;
};
const expireOrder = async ({ orderId }: Attempt) => {
  await shop.database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
    orderId,
  ]);
  // The gateways of this process can't be polled.
  await createCommerce({ database: shop.database, gateways: [mockGateway([webhookSecret])] }).expireOrders();
};

const cases: Case[] = [
  {
    title: 'a duplicate gateway event returns the first outcome and changes nothing',
    async run() {
      const attempt = await shop.createAttempt();
      const eventId = `again-${attempt.orderId}`;
      const first = await sendWebhook('CAPTURED', attempt.payment, { eventId });
      const second = await sendWebhook('CAPTURED', attempt.payment, { eventId });
      return { attempt, results: [first, second] };
    },
    results: ['APPLIED order_paid', 'APPLIED order_paid duplicate'],
    finalState: paid,
  },
  {
    title: 'an event id with different content is stored as a conflict and raises an attention',
    async run() {
      const attempt = await shop.createAttempt();
      const eventId = `other-${attempt.orderId}`;
      const first = await sendWebhook('CAPTURED', attempt.payment, { eventId });
      const second = await sendWebhook('FAILED', attempt.payment, { eventId });
      return { attempt, results: [first, second] };
    },
    results: ['APPLIED order_paid', 'CONFLICT null duplicate'],
    finalState: { ...paid, attention: 'event_conflict' },
  },
  {
    title: 'an event for an unknown payment is UNMATCHED, and is applied once the payment is known',
    async run() {
      // The event has the gateway's own payment id. The shop learns that id later.
      const attempt = await shop.createAttempt();
      const gatewayPaymentId = `gp_${attempt.payment.id}`;
      const {
        rows: [event],
      } = await shop.database.pool.query(
        `
        insert into commerce.gateway_events (id, provider, provider_event_id, type, gateway_payment_id, amount,
        currency, fingerprint, outcome, attempts)
        values (gen_random_uuid(), 'mock', $1, 'CAPTURED', $1, 2000, 'KRW', '[]', 'UNMATCHED', 1) returning id`,
        [gatewayPaymentId],
      );
      const outcome = async () => (await shop.commerce.getGatewayEvent({ gatewayEventId: event.id })).outcome;
      await shop.retryGatewayEventsNow();
      const before = await outcome();
      await shop.database.pool.query('update commerce.payments set gateway_payment_id = $2 where id = $1', [
        attempt.payment.id,
        gatewayPaymentId,
      ]);
      await shop.retryGatewayEventsNow();
      return { attempt, results: [before, await outcome()] };
    },
    results: ['UNMATCHED', 'APPLIED'],
    finalState: paid,
  },
  {
    title: 'FAILED and PENDING after the approval are ignored',
    async run() {
      const attempt = await shop.createPaidAttempt();
      const first = await sendWebhook('FAILED', attempt.payment);
      const second = await sendWebhook('PENDING', attempt.payment);
      return { attempt, results: [first, second] };
    },
    results: ['IGNORED_STALE approved_before', 'IGNORED_STALE already_noted'],
    finalState: paid,
  },
  ...[{ amount: 1999 }, { amount: 2001 }, { currency: 'USD' }].map((other): Case => ({
    title: `another amount or currency puts the payment under review: ${JSON.stringify(other)}`,
    async run() {
      const attempt = await shop.createAttempt();
      const result = await sendWebhook('CAPTURED', attempt.payment, other);
      await expireOrder(attempt);
      return { attempt, results: [result] };
    },
    results: ['APPLIED payment_in_review'],
    finalState: { ...unpaid, payment: 'REVIEW', attention: 'amount_mismatch' },
  })),
  ...['expired', 'failed'].flatMap((way): Case[] =>
    [true, false].map((inStock) => ({
      title:
        `an approval after ${way === 'expired' ? 'the order expired' : 'the attempt failed'} ` +
        `${inStock ? 'pays the order while stock is left' : 'is surplus without stock'}`,
      async run() {
        const attempt = await shop.createAttempt();
        if (way === 'expired') await expireOrder(attempt);
        else await shop.sendWebhook('FAILED', attempt.payment);
        if (!inStock) await shop.createTestOrder({ [attempt.productId]: 9 });
        return { attempt, results: [await sendWebhook('CAPTURED', attempt.payment)] };
      },
      results: [inStock ? 'APPLIED order_paid' : 'APPLIED surplus'],
      finalState: inStock
        ? paid
        : {
            payment: 'CAPTURED surplus',
            order: way === 'expired' ? 'EXPIRED' : 'PAYMENT_FAILED',
            stock: '10 9',
            refunds: ['REFUND 2000 REQUESTED surplus'],
            attention: 'refund_due',
          },
    })),
  ),
  {
    title: 'an approval after a cancel is surplus',
    async run() {
      const attempt = await shop.createAttempt();
      await shop.commerce.cancelOrder({ orderId: attempt.orderId });
      return { attempt, results: [await sendWebhook('CAPTURED', attempt.payment)] };
    },
    results: ['APPLIED surplus'],
    finalState: {
      payment: 'CAPTURED surplus',
      order: 'CANCELED',
      stock: '10 0',
      refunds: ['REFUND 2000 REQUESTED surplus'],
      attention: 'refund_due',
    },
  },
  {
    title: 'the second approval of two attempts is surplus',
    async run() {
      const attempt = await shop.createAttempt();
      await shop.sendWebhook('FAILED', attempt.payment);
      const second = await shop.commerce.createPayment({ orderId: attempt.orderId, provider: 'mock' });
      return {
        attempt,
        results: [await sendWebhook('CAPTURED', second), await sendWebhook('CAPTURED', attempt.payment)],
      };
    },
    results: ['APPLIED order_paid', 'APPLIED surplus'],
    finalState: {
      ...paid,
      payment: 'CAPTURED surplus',
      refunds: ['REFUND 2000 REQUESTED surplus'],
      attention: 'refund_due',
    },
  },
  {
    title: 'a refund in the gateway’s dashboard is recorded once and raises an attention',
    async run() {
      const attempt = await shop.createPaidAttempt();
      const refund = { ...attempt.payment, amount: 500 };
      const first = await sendWebhook('REFUNDED', refund, { objectId: 're_1' });
      const second = await sendWebhook('REFUNDED', refund, { objectId: 're_1' });
      return { attempt, results: [first, second] };
    },
    results: ['APPLIED refund_recorded', 'IGNORED_STALE already_refunded'],
    finalState: { ...paid, refunds: ['REFUND 500 SUCCEEDED gateway'], attention: 'refunded_at_gateway' },
  },
  {
    title: 'an expiry after the approval changes nothing',
    async run() {
      const attempt = await shop.createAttempt();
      await shop.database.pool.query(
        `update commerce.orders set hold_until = now() - interval '1 second' where id = $1`,
        [attempt.orderId],
      );
      const result = await sendWebhook('CAPTURED', attempt.payment);
      return { attempt, results: [result, await shop.commerce.expireOrders()] };
    },
    results: ['APPLIED order_paid', 0],
    finalState: paid,
  },
  {
    title: 'a second attempt is rejected while one is live',
    async run() {
      const attempt = await shop.createAttempt();
      const code = await errorCodeOf(shop.commerce.createPayment({ orderId: attempt.orderId, provider: 'mock' }));
      return { attempt, results: [code] };
    },
    results: ['payment_in_progress'],
    finalState: unpaid,
  },
  {
    title: 'a cancel is rejected after the shipment',
    async run() {
      const attempt = await shop.createPaidAttempt();
      const parcel = only(await shop.commerce.listShipments({ orderId: attempt.orderId }));
      await shop.commerce.dispatchShipment({ shipmentId: parcel.id, carrier: 'Post', trackingNumber: parcel.id });
      return { attempt, results: [await errorCodeOf(shop.commerce.cancelOrder({ orderId: attempt.orderId }))] };
    },
    results: ['invalid_transition'],
    finalState: paid,
  },
  {
    title: 'a refund without a response is UNKNOWN, and is retried with one id until it succeeds',
    async run() {
      const attempt = await shop.createPaidAttempt();
      await shop.commerce.createRefund({ orderId: attempt.orderId });
      shop.scriptReplies(attempt.payment.id, { REFUND: [new Error('nothing within 10000 ms')] });
      await shop.callGatewaysNow();
      const { refunds } = await shop.readState(attempt);
      await shop.callGatewaysNow();
      return {
        attempt,
        results: [...refunds, new Set(shop.readRequests(attempt.payment.id).map(({ refundId }) => refundId)).size],
      };
    },
    results: ['REFUND 2000 UNKNOWN requested', 1],
    finalState: { ...paid, refunds: ['REFUND 2000 SUCCEEDED requested'] },
  },
];

test.each(cases.map((each) => [each.title, each] as const))('%s', async (_, { run, results, finalState }) => {
  const done = await run();
  expect(done.results).toEqual(results);
  expect(await shop.readState(done.attempt)).toEqual(finalState);
});
