import { Hono, type Context } from 'hono';
import { z } from 'zod';
import { refundableAmount, refundedAmount, type BankPayment } from '../../bank/bank-payment.ts';
import type { Bank } from '../../bank/bank.ts';
import type { EmulatorContext } from '../emulator.ts';
import { rememberRefundReason } from '../refund-reasons.ts';
import { PortoneError, respondToPortoneError } from './portone-errors.ts';
import { portoneList, portoneListInput } from './portone-list.ts';
import { portoneCancellation, portonePayment } from './portone-payment.ts';

const provider = 'portone';
const amount = z.int().positive();
const storeId = z.string().optional();
const registerInput = z.object({ storeId, totalAmount: amount, currency: z.string().regex(/^[A-Z]{3}$/) });
const cancelInput = z.object({
  storeId,
  reason: z.string().min(1),
  amount: amount.optional(),
  currentCancellableAmount: z.int().min(0).optional(),
  refundAccount: z.object({ bank: z.string(), number: z.string(), holderName: z.string() }).optional(),
});

/** The part of PortOne's API that the shop uses, below `/payments`. */
export function portoneRoutes({ bank }: EmulatorContext, settings: { apiSecret: string; storeId: string }): Hono {
  const app = new Hono();
  const requireStore = (given: string | undefined): void => {
    if (given !== undefined && given !== settings.storeId) throw new PortoneError(403, 'FORBIDDEN');
  };
  app.use(async (c, next) => {
    if (c.req.header('authorization') !== `PortOne ${settings.apiSecret}`) throw new PortoneError(401, 'UNAUTHORIZED');
    requireStore(c.req.query('storeId'));
    await next();
  });

  app.post('/:paymentId/pre-register', async (c) => {
    const input = registerInput.parse(await c.req.json());
    requireStore(input.storeId);
    register(bank, c.req.param('paymentId'), input);
    return c.json({});
  });

  app.get('/', (c) => {
    const input = portoneListInput.parse(JSON.parse(c.req.query('requestBody') ?? '{}'));
    requireStore(input.filter.storeId);
    const payments = [...bank.payments()]
      .filter((payment) => payment.provider === provider)
      .map((payment) => portonePayment(payment, settings.storeId));
    return c.json(portoneList(payments, input));
  });

  app.get('/:paymentId', (c) => c.json(portonePayment(findPayment(bank, c.req.param('paymentId')), settings.storeId)));

  app.post('/:paymentId/cancel', async (c) => {
    const input = cancelInput.parse(await c.req.json());
    requireStore(input.storeId);
    return cancel(c, bank, findPayment(bank, c.req.param('paymentId')), input);
  });

  app.post('/:paymentId/virtual-account/close', (c) => {
    const payment = findPayment(bank, c.req.param('paymentId'));
    if (payment.state !== 'WAITING') throw new PortoneError(409, 'PAYMENT_NOT_WAITING_FOR_DEPOSIT');
    return c.json({ closedAt: bank.cancel(payment).at.toISOString() });
  });

  app.notFound((c) => c.json({ type: 'NOT_FOUND', message: 'There is nothing at this address.' }, 404));
  app.onError(respondToPortoneError);
  return app;
}

function findPayment(bank: Bank, paymentId: string): BankPayment {
  const payment = bank.find(paymentId, provider);
  if (payment?.shopPaymentId !== paymentId) throw new PortoneError(404, 'PAYMENT_NOT_FOUND');
  return payment;
}

function register(bank: Bank, shopPaymentId: string, input: z.output<typeof registerInput>): void {
  const { totalAmount, currency } = input;
  const payment = bank.find(shopPaymentId, provider);
  if (!payment) bank.create({ provider, shopPaymentId, amount: totalAmount, currency, capture: 'AUTOMATIC' });
  else if (payment.approvedAt) throw new PortoneError(409, 'ALREADY_PAID');
  else Object.assign(payment, { requestedAmount: totalAmount, requestedCurrency: currency });
}

function cancel(c: Context, bank: Bank, payment: BankPayment, input: z.output<typeof cancelInput>): Response {
  if (payment.state !== 'CAPTURED') throw new PortoneError(409, 'PAYMENT_NOT_PAID');
  const left = payment.capturedAmount - refundedAmount(payment);
  if (left === 0) throw new PortoneError(409, 'PAYMENT_ALREADY_CANCELLED');
  const { currentCancellableAmount = left } = input;
  if (currentCancellableAmount !== left) throw new PortoneError(409, 'CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN');
  if (payment.payableUntil && !input.refundAccount) throw new PortoneError(400, 'INVALID_REQUEST');
  const shopRefundId = rememberRefundReason(payment, input.reason);
  const refund = bank.refund(payment, { shopRefundId, amount: input.amount ?? refundableAmount(payment) });
  return c.json({ cancellation: portoneCancellation(payment, refund) });
}
