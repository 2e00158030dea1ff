import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { mockGateway } from '../../gateways/mock.ts';
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

/** What happens to an order of 2 units at 1,000 KRW, of which 10 are there; the answer that each caller gets. */
type Case = {
  when: string;
  happens: () => Promise<{ attempt: Attempt; answers: unknown[] }>;
  answers: unknown[];
  leaves: OrderState;
};

const unpaid: OrderState = {
  payment: 'CREATED',
  order: 'PAYMENT_PENDING',
  stock: '10 2',
  refunds: [],
  attention: null,
};
const paid: OrderState = { payment: 'CAPTURED', order: 'PAID', stock: '8 0', refunds: [], attention: null };

const say = async (...args: Parameters<ScriptedShop['sendWebhook']>) => {
  const { outcome, effect, duplicate } = await shop.sendWebhook(...args);
  return `${outcome} ${effect}${duplicate ? ' duplicate' : ''}`;
};
const expire = async ({ orderId }: Attempt) => {
  await shop.database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
    orderId,
  ]);
  // A process whose gateways can't be asked.
  await createCommerce({ database: shop.database, gateways: [mockGateway([webhookSecret])] }).expireOrders();
};
const retryEvents = async () => {
  await shop.database.pool.query(
    `update commerce.gateway_events set due_at = now() - interval '1 second' where due_at is not null`,
  );
  await shop.commerce.retryGatewayEvents();
};

const cases: Case[] = [
  {
    when: 'the same gateway event comes again',
    async happens() {
      const attempt = await shop.createAttempt();
      const eventId = `again-${attempt.orderId}`;
      return {
        attempt,
        answers: [
          await say('CAPTURED', attempt.payment, { eventId }),
          await say('CAPTURED', attempt.payment, { eventId }),
        ],
      };
    },
    answers: ['APPLIED order_paid', 'APPLIED order_paid duplicate'],
    leaves: paid,
  },
  {
    when: 'the same event id comes with other content',
    async happens() {
      const attempt = await shop.createAttempt();
      const eventId = `other-${attempt.orderId}`;
      return {
        attempt,
        answers: [
          await say('CAPTURED', attempt.payment, { eventId }),
          await say('FAILED', attempt.payment, { eventId }),
        ],
      };
    },
    answers: ['APPLIED order_paid', 'CONFLICT null duplicate'],
    leaves: { ...paid, attention: 'event_conflict' },
  },
  {
    when: 'an event comes for a payment that we don’t know yet',
    async happens() {
      // The gateway names the payment by its own id, which its answer to us brings later.
      const attempt = await shop.createAttempt();
      const gatewayPaymentId = `gp_${attempt.payment.id}`;
      const {
        rows: [event],
      } = await shop.database.pool.query(
        `
        insert into commerce.gateway_events (id, provider, provider_event_id, type, gateway_payment_id, amount, currency, fingerprint, outcome, attempts)
        values (gen_random_uuid(), 'mock', $1, 'CAPTURED', $1, 2000, 'KRW', '[]', 'UNMATCHED', 1) returning id`,
        [gatewayPaymentId],
      );
      const outcome = async () => (await shop.commerce.getGatewayEvent({ gatewayEventId: event.id })).outcome;
      await retryEvents();
      const before = await outcome();
      await shop.database.pool.query('update commerce.payments set gateway_payment_id = $2 where id = $1', [
        attempt.payment.id,
        gatewayPaymentId,
      ]);
      await retryEvents();
      return { attempt, answers: [before, await outcome()] };
    },
    answers: ['UNMATCHED', 'APPLIED'],
    leaves: paid,
  },
  {
    when: 'a FAILED comes after the approval',
    async happens() {
      const attempt = await shop.createPaidAttempt();
      return { attempt, answers: [await say('FAILED', attempt.payment), await say('PENDING', attempt.payment)] };
    },
    answers: ['IGNORED_STALE approved_before', 'IGNORED_STALE already_noted'],
    leaves: paid,
  },
  ...[{ amount: 1999 }, { amount: 2001 }, { currency: 'USD' }].map((other): Case => ({
    when: `the amount or the currency differs: ${JSON.stringify(other)}`,
    async happens() {
      const attempt = await shop.createAttempt();
      const answer = await say('CAPTURED', attempt.payment, other);
      await expire(attempt);
      return { attempt, answers: [answer] };
    },
    answers: ['APPLIED payment_in_review'],
    leaves: { ...unpaid, payment: 'REVIEW', attention: 'amount_mismatch' },
  })),
  ...['expired', 'failed'].flatMap((way): Case[] =>
    [true, false].map((inStock) => ({
      when: `an approval comes after the order ${way}, with ${inStock ? '' : 'no '}stock left`,
      async happens() {
        const attempt = await shop.createAttempt();
        if (way === 'expired') await expire(attempt);
        else await shop.sendWebhook('FAILED', attempt.payment);
        if (!inStock) await shop.createTestOrder({ [attempt.productId]: 9 });
        return { attempt, answers: [await say('CAPTURED', attempt.payment)] };
      },
      answers: [inStock ? 'APPLIED order_paid' : 'APPLIED surplus'],
      leaves: inStock
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
    when: 'an approval comes after the order was canceled',
    async happens() {
      const attempt = await shop.createAttempt();
      await shop.commerce.cancelOrder({ orderId: attempt.orderId });
      return { attempt, answers: [await say('CAPTURED', attempt.payment)] };
    },
    answers: ['APPLIED surplus'],
    leaves: {
      payment: 'CAPTURED surplus',
      order: 'CANCELED',
      stock: '10 0',
      refunds: ['REFUND 2000 REQUESTED surplus'],
      attention: 'refund_due',
    },
  },
  {
    when: 'two attempts are both approved',
    async happens() {
      const attempt = await shop.createAttempt();
      await shop.sendWebhook('FAILED', attempt.payment);
      const second = await shop.commerce.createPayment({ orderId: attempt.orderId, provider: 'mock' });
      return { attempt, answers: [await say('CAPTURED', second), await say('CAPTURED', attempt.payment)] };
    },
    answers: ['APPLIED order_paid', 'APPLIED surplus'],
    leaves: {
      ...paid,
      payment: 'CAPTURED surplus',
      refunds: ['REFUND 2000 REQUESTED surplus'],
      attention: 'refund_due',
    },
  },
  {
    when: 'a refund is made in the gateway’s own dashboard',
    async happens() {
      const attempt = await shop.createPaidAttempt();
      const refund = { ...attempt.payment, amount: 500 };
      return {
        attempt,
        answers: [
          await say('REFUNDED', refund, { objectId: 're_1' }),
          await say('REFUNDED', refund, { objectId: 're_1' }),
        ],
      };
    },
    answers: ['APPLIED refund_recorded', 'IGNORED_STALE already_refunded'],
    leaves: { ...paid, refunds: ['REFUND 500 SUCCEEDED gateway'], attention: 'refunded_at_gateway' },
  },
  {
    when: 'expiry meets a webhook, and is second',
    async happens() {
      const attempt = await shop.createAttempt();
      await shop.database.pool.query(
        `update commerce.orders set hold_until = now() - interval '1 second' where id = $1`,
        [attempt.orderId],
      );
      const answer = await say('CAPTURED', attempt.payment);
      return { attempt, answers: [answer, await shop.commerce.expireOrders()] };
    },
    answers: ['APPLIED order_paid', 0],
    leaves: paid,
  },
  {
    when: 'a second attempt begins while one is live',
    async happens() {
      const attempt = await shop.createAttempt();
      return {
        attempt,
        answers: [await errorCodeOf(shop.commerce.createPayment({ orderId: attempt.orderId, provider: 'mock' }))],
      };
    },
    answers: ['payment_in_progress'],
    leaves: unpaid,
  },
  {
    when: 'a cancel comes after something shipped',
    async happens() {
      const attempt = await shop.createPaidAttempt();
      const [parcel] = await shop.commerce.listShipments({ orderId: attempt.orderId });
      await shop.commerce.dispatchShipment({ shipmentId: parcel!.id, carrier: 'Post', trackingNumber: '1' });
      return { attempt, answers: [await errorCodeOf(shop.commerce.cancelOrder({ orderId: attempt.orderId }))] };
    },
    answers: ['invalid_transition'],
    leaves: paid,
  },
  {
    when: 'the gateway times out',
    async happens() {
      const attempt = await shop.createPaidAttempt();
      await shop.commerce.createRefund({ orderId: attempt.orderId });
      shop.scriptReplies(attempt.payment.id, { REFUND: [new Error('nothing within 10000 ms')] });
      await shop.callGatewaysNow();
      const { refunds } = await shop.readState(attempt);
      await shop.callGatewaysNow();
      return {
        attempt,
        answers: [...refunds, new Set(shop.readRequests(attempt.payment.id).map(({ refundId }) => refundId)).size],
      };
    },
    answers: ['REFUND 2000 UNKNOWN requested', 1],
    leaves: { ...paid, refunds: ['REFUND 2000 SUCCEEDED requested'] },
  },
];

test.each(cases)('$when', async ({ happens, answers, leaves }) => {
  const happened = await happens();
  expect(happened.answers).toEqual(answers);
  expect(await shop.readState(happened.attempt)).toEqual(leaves);
});
