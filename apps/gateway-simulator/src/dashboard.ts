import { Hono } from 'hono';
import { z } from 'zod';
import { refundableAmount, type BankPayment } from './bank-payment.ts';
import type { Bank } from './bank.ts';
import type { Book } from './book.ts';
import { NotKnown } from './refusals.ts';

/** The shop's id of the payment, or the gateway's own. */
const paymentId = z.string().min(1).max(100);
/** In minor units of the payment's currency; all that can still go back unless given. */
const amount = z.int().min(1).optional();
const refundInput = z.strictObject({
  paymentId,
  amount,
  status: z.enum(['PENDING', 'SUCCEEDED']).default('SUCCEEDED'),
});
const settleInput = z.strictObject({
  paymentId,
  status: z.enum(['SUCCEEDED', 'FAILED']),
  failureCode: z.string().min(1).max(100).optional(),
});
const disputeInput = z.strictObject({ paymentId, amount });
const verdictInput = z.strictObject({ paymentId, status: z.enum(['WON', 'LOST']) });

/**
 * What somebody at the gateway does, not the shop: refunds that the shop hasn't asked for, refunds (also the shop's) that
 * come through late or not at all, and disputes. Each answers the payment's place in the book.
 */
export function dashboardRoutes(bank: Bank, book: Book): Hono {
  const app = new Hono();
  const known = (id: string): BankPayment => {
    const payment = bank.find(id);
    if (payment) return payment;
    throw new NotKnown();
  };
  const entry = ({ shopPaymentId }: BankPayment) => book.find(shopPaymentId);

  app.post('/refunds', async (c) => {
    const input = refundInput.parse(await c.req.json());
    const payment = known(input.paymentId);
    bank.refund(payment, {
      shopRefundId: null,
      amount: input.amount ?? refundableAmount(payment),
      status: input.status,
    });
    return c.json(entry(payment));
  });

  app.post('/refunds/:refundId', async (c) => {
    const { paymentId, status, failureCode } = settleInput.parse(await c.req.json());
    const payment = known(paymentId);
    bank.applyRefundEvent(payment, c.req.param('refundId'), status, failureCode);
    return c.json(entry(payment));
  });

  app.post('/disputes', async (c) => {
    const input = disputeInput.parse(await c.req.json());
    const payment = known(input.paymentId);
    bank.openDispute(payment, input.amount);
    return c.json(entry(payment));
  });

  app.post('/disputes/:disputeId', async (c) => {
    const { paymentId, status } = verdictInput.parse(await c.req.json());
    const payment = known(paymentId);
    bank.closeDispute(payment, c.req.param('disputeId'), status);
    return c.json(entry(payment));
  });

  return app;
}
