import { Hono } from 'hono';
import { z } from 'zod';
import { refundableAmount, type BankPayment } from '../bank/bank-payment.ts';
import type { Bank } from '../bank/bank.ts';
import type { Book } from '../book.ts';
import { PaymentNotFound } from './request-errors.ts';

/** The shop's id of the payment, or the gateway's own. */
const paymentId = z.string().min(1).max(100);
/** In minor units of the payment's currency. Defaults to all that can still be refunded. */
const amount = z.int().min(1).optional();
const refundInput = z.strictObject({
  paymentId,
  amount,
  status: z.enum(['PENDING', 'SUCCEEDED']).default('SUCCEEDED'),
});
const refundStatusInput = z.strictObject({
  paymentId,
  status: z.enum(['SUCCEEDED', 'FAILED']),
  failureCode: z.string().min(1).max(100).optional(),
});
const disputeInput = z.strictObject({ paymentId, amount });
const disputeStatusInput = z.strictObject({ paymentId, status: z.enum(['WON', 'LOST']) });

/**
 * What an operator does in the gateway's dashboard, without the shop: refunds, the final status of pending refunds
 * (also of the shop's), and disputes. Each route returns the payment's entry in the book.
 */
export function dashboardRoutes(bank: Bank, book: Book): Hono {
  const app = new Hono();
  const findPayment = (id: string): BankPayment => {
    const payment = bank.find(id);
    if (payment) return payment;
    throw new PaymentNotFound();
  };
  const entry = ({ shopPaymentId }: BankPayment) => book.find(shopPaymentId);

  app.post('/refunds', async (c) => {
    const input = refundInput.parse(await c.req.json());
    const payment = findPayment(input.paymentId);
    const { amount = refundableAmount(payment), status } = input;
    bank.refund(payment, { shopRefundId: null, amount, status });
    return c.json(entry(payment));
  });

  app.post('/refunds/:refundId', async (c) => {
    const { paymentId, status, failureCode } = refundStatusInput.parse(await c.req.json());
    const payment = findPayment(paymentId);
    bank.applyRefundEvent(payment, c.req.param('refundId'), status, failureCode);
    return c.json(entry(payment));
  });

  app.post('/disputes', async (c) => {
    const input = disputeInput.parse(await c.req.json());
    const payment = findPayment(input.paymentId);
    bank.openDispute(payment, input.amount);
    return c.json(entry(payment));
  });

  app.post('/disputes/:disputeId', async (c) => {
    const { paymentId, status } = disputeStatusInput.parse(await c.req.json());
    const payment = findPayment(paymentId);
    bank.closeDispute(payment, c.req.param('disputeId'), status);
    return c.json(entry(payment));
  });

  return app;
}
