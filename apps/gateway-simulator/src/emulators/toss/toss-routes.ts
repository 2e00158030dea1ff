import { Hono } from 'hono';
import { z } from 'zod';
import { refundableAmount, type BankPayment } from '../../bank/bank-payment.ts';
import type { Bank } from '../../bank/bank.ts';
import type { EmulatorContext } from '../emulator.ts';
import { rememberRefundReason } from '../refund-reasons.ts';
import { respondToTossError, TossError } from './toss-errors.ts';
import { fromDecimal, tossPayment, tossTransactions } from './toss-payment.ts';

const provider = 'toss';
const depositMs = 3 * 24 * 3_600_000;

const confirmInput = z.object({
  paymentKey: z.string().min(1).max(200),
  orderId: z.string().min(6).max(64),
  amount: z.number().positive(),
});
const cancelInput = z.object({
  cancelReason: z.string().min(1).max(200),
  cancelAmount: z.number().positive().optional(),
  refundReceiveAccount: z.object({ bank: z.string(), accountNumber: z.string(), holderName: z.string() }).optional(),
});
const koreanTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/)
  .transform((text) => new Date(`${text}+09:00`));
const transactionsInput = z.object({
  startDate: koreanTime,
  endDate: koreanTime,
  startingAfter: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(5_000).default(100),
});

/** The part of Toss's API that the shop uses. @param authorization the header that calls must carry */
export function tossRoutes({ bank }: EmulatorContext, authorization: string): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (c.req.header('authorization') !== authorization) throw new TossError(401, 'UNAUTHORIZED_KEY');
    await next();
  });

  app.get('/v1/payments/:paymentKey', (c) => c.json(tossPayment(findByKey(bank, c.req.param('paymentKey')))));

  app.get('/v1/payments/orders/:orderId', (c) => {
    const orderId = c.req.param('orderId');
    const payment = bank.find(orderId, provider);
    if (payment?.shopPaymentId !== orderId) throw new TossError(404, 'NOT_FOUND_PAYMENT');
    return c.json(tossPayment(payment));
  });

  app.get('/v1/transactions', (c) => c.json(transactionsPage(bank, transactionsInput.parse(c.req.query()))));

  app.post('/v1/payments/confirm', async (c) => {
    const input = confirmInput.parse(await c.req.json());
    const payment = findByKey(bank, input.paymentKey);
    confirm(bank, payment, input);
    return c.json(tossPayment(payment));
  });

  app.post('/v1/payments/:paymentKey/cancel', async (c) => {
    const input = cancelInput.parse(await c.req.json());
    const payment = findByKey(bank, c.req.param('paymentKey'));
    if (payment.state === 'WAITING') bank.cancel(payment);
    else refund(bank, payment, input);
    return c.json(tossPayment(payment));
  });

  app.notFound((c) => c.json({ code: 'NOT_FOUND', message: '존재하지 않는 정보 입니다.' }, 404));
  app.onError(respondToTossError);
  return app;
}

function findByKey(bank: Bank, paymentKey: string): BankPayment {
  const payment = bank.find(paymentKey, provider);
  if (payment?.id !== paymentKey) throw new TossError(404, 'NOT_FOUND_PAYMENT');
  return payment;
}

function confirm(bank: Bank, payment: BankPayment, { orderId, amount }: z.output<typeof confirmInput>): void {
  const { state, details, failureCode } = payment;
  if (state === 'FAILED') throw new TossError(403, failureCode ?? 'REJECT_CARD_PAYMENT');
  if (state !== 'CREATED') throw new TossError(400, 'ALREADY_PROCESSED_PAYMENT');
  if (details['agreed'] === undefined) throw new TossError(404, 'NOT_FOUND_PAYMENT_SESSION');
  const isAgreedAmount = fromDecimal(amount, payment.requestedCurrency) === payment.requestedAmount;
  if (orderId !== payment.shopPaymentId || !isAgreedAmount) throw new TossError(400, 'INVALID_REQUEST');
  // Toss has no separate capture: an approval always captures.
  payment.capture = 'AUTOMATIC';
  if (details['agreed'] === 'PENDING') bank.issueAccount(payment, new Date(Date.now() + depositMs));
  else bank.approve(payment);
}

function refund(bank: Bank, payment: BankPayment, input: z.output<typeof cancelInput>): void {
  const { cancelReason, cancelAmount, refundReceiveAccount } = input;
  const { state, payableUntil, currency } = payment;
  const left = refundableAmount(payment);
  if (state === 'CAPTURED' && left === 0) throw new TossError(400, 'ALREADY_CANCELED_PAYMENT');
  if (state === 'CAPTURED' && payableUntil && !refundReceiveAccount)
    throw new TossError(400, 'INVALID_REFUND_ACCOUNT_INFO');
  const amount = cancelAmount === undefined ? left : fromDecimal(cancelAmount, currency);
  bank.refund(payment, { shopRefundId: rememberRefundReason(payment, cancelReason), amount });
}

function transactionsPage(bank: Bank, input: z.output<typeof transactionsInput>) {
  const { startDate, endDate, startingAfter, limit } = input;
  const all = [...bank.payments()]
    .filter((payment) => payment.provider === provider)
    .flatMap(tossTransactions)
    .filter(({ at }) => at >= startDate && at <= endDate)
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ transaction }) => transaction);
  const after = all.findIndex(({ transactionKey }) => transactionKey === startingAfter);
  if (startingAfter !== undefined && after < 0) throw new TossError(400, 'INVALID_TRANSACTION_KEY');
  return all.slice(after + 1, after + 1 + limit);
}
