import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { BankRefusal, refundedAmount, type BankPayment } from '../../bank/bank-payment.ts';
import type { Bank } from '../../bank/bank.ts';
import type { EmulatorContext } from '../emulator.ts';
import { factsOf } from './mock-facts.ts';

const provider = 'mock';
const currency = z.string().regex(/^[A-Z]{3}$/);
const cancelInput = z.object({ amount: z.int().min(0), currency });
const captureInput = z.object({ amount: z.int().min(1) });
const refundInput = z.object({ refundId: z.string().min(1).max(100), amount: z.int().min(1) });
const eventsInput = z.object({ since: z.coerce.date(), after: z.string().optional() });
const eventsMax = 500;

/** The mock's API. `facts` in a response is what the payment's webhooks say, as it is true now. */
export function mockRoutes({ bank, webhooksSince }: EmulatorContext): Hono {
  const app = new Hono();

  app.get('/v1/payments/:id', (c) => c.json(paymentObject(findPayment(bank, c.req.param('id')))));

  app.post('/v1/payments/:id/capture', async (c) => {
    const { amount } = captureInput.parse(await c.req.json());
    const payment = findPayment(bank, c.req.param('id'));
    bank.capture(payment, amount);
    return c.json(paymentObject(payment));
  });

  // The shop does not create payments at this gateway. A payment that no shopper tried to pay is created by its cancel.
  app.post('/v1/payments/:id/cancel', async (c) => {
    const input = cancelInput.parse(await c.req.json());
    const id = c.req.param('id');
    const payment =
      bank.find(id, provider) ?? bank.create({ provider, shopPaymentId: id, capture: 'MANUAL', ...input });
    if (payment.state !== 'CANCELED') bank.cancel(payment);
    return c.json(paymentObject(payment));
  });

  // A refund of the whole amount, before a capture, releases the authorization.
  app.post('/v1/payments/:id/refunds', async (c) => {
    const { refundId, amount } = refundInput.parse(await c.req.json());
    const payment = findPayment(bank, c.req.param('id'));
    const isDone =
      payment.releasedBy === refundId || payment.refunds.some(({ shopRefundId }) => shopRefundId === refundId);
    const isRelease = payment.state === 'AUTHORIZED' && amount === payment.authorizedAmount;
    if (!isDone && isRelease) bank.release(payment, refundId);
    else if (!isDone) bank.refund(payment, { shopRefundId: refundId, amount });
    return c.json(paymentObject(payment));
  });

  app.get('/v1/events', (c) => {
    const { since, after } = eventsInput.parse(c.req.query());
    const all = webhooksSince(since);
    const from = all.findIndex(({ webhook }) => webhook.id === after) + 1;
    const events = all
      .slice(from, from + eventsMax)
      .map(({ webhook: { id, body } }) => Object.assign({ id }, JSON.parse(body)));
    return c.json({ events, more: all.length > from + eventsMax });
  });

  app.onError(respondToError);
  return app;
}

const paymentObject = (payment: BankPayment) => ({
  paymentId: payment.shopPaymentId,
  id: payment.id,
  state: payment.state,
  currency: payment.currency,
  authorizedAmount: payment.authorizedAmount,
  capturedAmount: payment.capturedAmount,
  refundedAmount: refundedAmount(payment),
  facts: factsOf(payment),
});

class UnknownPayment extends Error {}

function findPayment(bank: Bank, id: string): BankPayment {
  const payment = bank.find(id, provider);
  if (payment) return payment;
  throw new UnknownPayment();
}

function respondToError(error: Error, c: Context): Response {
  if (error instanceof BankRefusal) {
    return c.json({ code: error.reason, message: error.message, payment: paymentObject(error.payment) }, 409);
  }
  if (error instanceof UnknownPayment)
    return c.json({ code: 'payment_not_found', message: 'The gateway does not know this payment.' }, 404);
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    return c.json({ code: 'validation_failed', message: 'The input is not valid.' }, 400);
  }
  throw error;
}
