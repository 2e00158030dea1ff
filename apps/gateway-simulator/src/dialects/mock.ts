import { Hono } from 'hono';
import { z } from 'zod';
import { BankRefusal, refundedAmount, type BankPayment } from '../bank-payment.ts';
import type { Bank, Change, ChangeType } from '../bank.ts';
import type { Desk, Dialect, Fault } from '../dialect.ts';
import { signWebhook, webhookKey } from '../sign.ts';

const provider = 'mock';
const currency = z.string().regex(/^[A-Z]{3}$/);
const cancelInput = z.object({ amount: z.int().min(0), currency });
const captureInput = z.object({ amount: z.int().min(1) });
const refundInput = z.object({ refundId: z.string().min(1).max(100), amount: z.int().min(1) });
const eventsInput = z.object({ since: z.coerce.date(), after: z.string().optional() });
const eventsMax = 500;

/**
 * The provider `mock`: JSON in the shop's own words, signed by Standard Webhooks. `facts` in its API's answers are what
 * its webhooks said or would say now.
 *
 * @param secret `whsec_<base64>`, shared with the shop
 */
export function mockDialect(secret: string): Dialect {
  const key = webhookKey(secret);
  return {
    provider,
    path: '/mock',
    opens: 'shopper',
    ids: { payment: 'mp_', refund: 'mr_', dispute: 'md_' },
    messages: (change) => {
      const fact = factOf(change);
      return fact ? [{ id: change.id, body: JSON.stringify(fact) }] : [];
    },
    stray: ({ id, payment }) => ({
      id,
      body: JSON.stringify({ type: 'PAYOUT_ANNOUNCED', paymentId: payment.shopPaymentId }),
    }),
    headers: ({ id, body }, at) => signWebhook(key, id, body, at),
    routes,
    fault: (fault) => ({ status: statusOf[fault], body: { code: fault, message: 'As the hostile mode wants it.' } }),
  };
}

const statusOf = { internal_error: 500, rate_limited: 429, idempotency_key_reused: 422 } as const satisfies Record<
  Fault,
  number
>;

type Fact = { type: ChangeType; paymentId: string; amount?: number; currency?: string } & Record<string, unknown>;

function factOf({ type, payment, refund, dispute }: Change): Fact | undefined {
  const { shopPaymentId: paymentId, askedAmount, authorizedAmount, capturedAmount, failureCode } = payment;
  const about = (amount: number, rest: object = {}): Fact => ({
    type,
    paymentId,
    amount,
    currency: payment.currency,
    ...rest,
  });
  const why = failureCode === null ? {} : { failureCode };
  switch (type) {
    case 'CREATED':
      return undefined;
    case 'PENDING':
      return about(askedAmount, { payableUntil: payment.payableUntil });
    case 'AUTHORIZED':
      return about(authorizedAmount);
    case 'CAPTURED':
      return about(capturedAmount);
    case 'FAILED':
    case 'ATTEMPT_FAILED':
      return about(askedAmount, why);
    case 'CANCELED':
      if (payment.releasedBy === null) return { type, paymentId, ...why };
      return {
        ...about(payment.releasedAmount, { refundId: payment.releasedBy, objectId: `void_${payment.id}` }),
        type: 'REFUNDED',
      };
    case 'REFUND_PENDING':
    case 'REFUNDED':
    case 'REFUND_FAILED': {
      if (!refund) return undefined;
      const ours = refund.shopRefundId === null ? {} : { refundId: refund.shopRefundId };
      const failed = refund.failureCode === null ? {} : { failureCode: refund.failureCode };
      return about(refund.amount, { ...ours, objectId: refund.id, ...failed });
    }
    case 'DISPUTE_OPENED':
    case 'DISPUTE_WON':
    case 'DISPUTE_LOST':
      return dispute ? about(dispute.amount, { objectId: dispute.id }) : undefined;
  }
}

/** What is true of a payment now, as the webhooks of the way to it would say it. */
function factsOf(payment: BankPayment): Fact[] {
  const { authorizedAmount, capturedLater, state } = payment;
  const types: ChangeType[] = [];
  if (state === 'WAITING') types.push('PENDING');
  if (authorizedAmount > 0 && (state === 'AUTHORIZED' || capturedLater || payment.releasedBy !== null))
    types.push('AUTHORIZED');
  if (state === 'CAPTURED' || state === 'FAILED' || state === 'CANCELED') types.push(state);
  const say = (type: ChangeType, more: Partial<Change> = {}) =>
    factOf({ id: '', type, at: payment.createdAt, payment, refund: null, dispute: null, ...more });
  const refunded = { PENDING: 'REFUND_PENDING', SUCCEEDED: 'REFUNDED', FAILED: 'REFUND_FAILED' } as const;
  const disputed = { OPEN: 'DISPUTE_OPENED', WON: 'DISPUTE_WON', LOST: 'DISPUTE_LOST' } as const;
  const later = [
    ...payment.refunds.map((refund) => ({ at: refund.createdAt, fact: say(refunded[refund.status], { refund }) })),
    ...payment.disputes.map((dispute) => ({ at: dispute.createdAt, fact: say(disputed[dispute.status], { dispute }) })),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return [...types.map((type) => say(type)), ...later.map(({ fact }) => fact)].filter((fact) => fact !== undefined);
}

const shown = (payment: BankPayment) => ({
  paymentId: payment.shopPaymentId,
  id: payment.id,
  state: payment.state,
  currency: payment.currency,
  authorizedAmount: payment.authorizedAmount,
  capturedAmount: payment.capturedAmount,
  refundedAmount: refundedAmount(payment),
  facts: factsOf(payment),
});

function routes({ bank, messagesSince }: Desk): Hono {
  const app = new Hono();

  app.get('/v1/payments/:id', (c) => c.json(shown(known(bank, c.req.param('id')))));

  app.post('/v1/payments/:id/capture', async (c) => {
    const { amount } = captureInput.parse(await c.req.json());
    const payment = known(bank, c.req.param('id'));
    bank.capture(payment, amount);
    return c.json(shown(payment));
  });

  // The shop doesn't tell this gateway of an attempt: one that nobody has tried to pay becomes known by its end.
  app.post('/v1/payments/:id/cancel', async (c) => {
    const asked = cancelInput.parse(await c.req.json());
    const id = c.req.param('id');
    const payment =
      bank.find(id, provider) ?? bank.create({ provider, shopPaymentId: id, capture: 'MANUAL', ...asked });
    if (payment.state !== 'CANCELED') bank.cancel(payment);
    return c.json(shown(payment));
  });

  // A refund in whole of what is not captured yet lets go of it.
  app.post('/v1/payments/:id/refunds', async (c) => {
    const { refundId, amount } = refundInput.parse(await c.req.json());
    const payment = known(bank, c.req.param('id'));
    const done =
      payment.releasedBy === refundId || payment.refunds.some(({ shopRefundId }) => shopRefundId === refundId);
    if (!done && payment.state === 'AUTHORIZED' && amount === payment.authorizedAmount) bank.release(payment, refundId);
    else if (!done) bank.refund(payment, { shopRefundId: refundId, amount });
    return c.json(shown(payment));
  });

  app.get('/v1/events', (c) => {
    const { since, after } = eventsInput.parse(c.req.query());
    const all = messagesSince(since);
    const from = all.findIndex(({ message }) => message.id === after) + 1;
    const events = all
      .slice(from, from + eventsMax)
      .map(({ message: { id, body } }) => ({ id, ...(JSON.parse(body) as object) }));
    return c.json({ events, more: all.length > from + eventsMax });
  });

  app.onError((error, c) => {
    if (error instanceof BankRefusal) {
      return c.json({ code: error.reason, message: error.message, payment: shown(error.payment) }, 409);
    }
    if (error instanceof UnknownPayment)
      return c.json({ code: 'payment_not_found', message: 'Nobody knows this payment here.' }, 404);
    if (error instanceof z.ZodError || error instanceof SyntaxError) {
      return c.json({ code: 'validation_failed', message: 'The input is not valid.' }, 400);
    }
    throw error;
  });
  return app;
}

class UnknownPayment extends Error {}

function known(bank: Bank, id: string): BankPayment {
  const payment = bank.find(id, provider);
  if (payment) return payment;
  throw new UnknownPayment();
}
