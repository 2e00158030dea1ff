import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { BankRefusal, refundableAmount, type BankPayment, type RefusalReason } from '../bank-payment.ts';
import type { Desk, Dialect, Fault } from '../dialect.ts';
import { keepReason } from './refund-reasons.ts';
import { fromDecimal, tossPayment, tossTransactions, tossWebhook } from './toss-payment.ts';

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
const inKorea = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/)
  .transform((text) => new Date(`${text}+09:00`));
const transactionsInput = z.object({
  startDate: inKorea,
  endDate: inKorea,
  startingAfter: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(5_000).default(100),
});

/**
 * Toss Payments: the shopper agrees at `POST /pay`, the shop confirms. Its webhooks aren't signed.
 * https://docs.tosspayments.com/reference
 */
export function tossDialect({ secretKey }: { secretKey: string }): Dialect {
  return {
    provider,
    path: '/toss',
    opens: 'shopper',
    confirms: true,
    ids: { payment: 'tviva', refund: 'trx', dispute: 'dsp' },
    messages: (change) => {
      const webhook = tossWebhook(change);
      return webhook ? [{ id: change.id, body: JSON.stringify(webhook) }] : [];
    },
    stray: ({ id, at }) => {
      const data = { customerKey: 'simulated', methodKey: 'simulated', status: 'ENABLED' };
      return {
        id,
        body: JSON.stringify({ eventType: 'METHOD_UPDATED', createdAt: at.toISOString().slice(0, 23), data }),
      };
    },
    headers: ({ id }, at) => ({
      'tosspayments-webhook-transmission-id': id,
      'tosspayments-webhook-transmission-time': at.toISOString(),
      'tosspayments-webhook-transmission-retried-count': '0',
    }),
    routes: (desk) => routes(desk, `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`),
    fault: (fault) => {
      const [status, code] = faults[fault];
      return { status, body: { code, message: '시뮬레이터의 오류입니다.' } };
    },
  };
}

const faults = {
  internal_error: [500, 'FAILED_INTERNAL_SYSTEM_PROCESSING'],
  rate_limited: [429, 'TOO_MANY_REQUESTS'],
  idempotency_key_reused: [400, 'INVALID_IDEMPOTENCY_KEY'],
} as const satisfies Record<Fault, [number, string]>;

class TossError extends Error {
  readonly status: 400 | 401 | 403 | 404;
  readonly code: string;

  constructor(status: 400 | 401 | 403 | 404, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

function routes({ bank }: Desk, authorization: string): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: 65_536 }));
  app.use(async (c, next) => {
    if (c.req.header('authorization') !== authorization) throw new TossError(401, 'UNAUTHORIZED_KEY');
    await next();
  });

  function byKey(paymentKey: string): BankPayment {
    const payment = bank.find(paymentKey, provider);
    if (payment?.id !== paymentKey) throw new TossError(404, 'NOT_FOUND_PAYMENT');
    return payment;
  }

  app.get('/v1/payments/:paymentKey', (c) => c.json(tossPayment(byKey(c.req.param('paymentKey')))));

  app.get('/v1/payments/orders/:orderId', (c) => {
    const orderId = c.req.param('orderId');
    const payment = bank.find(orderId, provider);
    if (payment?.shopPaymentId !== orderId) throw new TossError(404, 'NOT_FOUND_PAYMENT');
    return c.json(tossPayment(payment));
  });

  app.get('/v1/transactions', (c) => {
    const { startDate, endDate, startingAfter, limit } = transactionsInput.parse(c.req.query());
    const all = [...bank.payments()]
      .filter((payment) => payment.provider === provider)
      .flatMap(tossTransactions)
      .filter(({ at }) => at >= startDate && at <= endDate)
      .toSorted((a, b) => a.at.getTime() - b.at.getTime())
      .map(({ transaction }) => transaction);
    const after = all.findIndex(({ transactionKey }) => transactionKey === startingAfter);
    if (startingAfter !== undefined && after < 0) throw new TossError(400, 'INVALID_TRANSACTION_KEY');
    return c.json(all.slice(after + 1, after + 1 + limit));
  });

  app.post('/v1/payments/confirm', async (c) => {
    const { paymentKey, orderId, amount } = confirmInput.parse(await c.req.json());
    const payment = byKey(paymentKey);
    const { state, details, failureCode } = payment;
    if (state === 'FAILED') throw new TossError(403, failureCode ?? 'REJECT_CARD_PAYMENT');
    if (state !== 'CREATED') throw new TossError(400, 'ALREADY_PROCESSED_PAYMENT');
    if (details['agreed'] === undefined) throw new TossError(404, 'NOT_FOUND_PAYMENT_SESSION');
    const asked = fromDecimal(amount, payment.askedCurrency);
    if (orderId !== payment.shopPaymentId || asked !== payment.askedAmount) throw new TossError(400, 'INVALID_REQUEST');
    // Toss captures as it approves, whatever was agreed.
    payment.capture = 'AUTOMATIC';
    if (details['agreed'] === 'PENDING') bank.issueAccount(payment, new Date(Date.now() + depositMs));
    else bank.approve(payment);
    return c.json(tossPayment(payment));
  });

  app.post('/v1/payments/:paymentKey/cancel', async (c) => {
    const { cancelReason, cancelAmount, refundReceiveAccount } = cancelInput.parse(await c.req.json());
    const payment = byKey(c.req.param('paymentKey'));
    const { state, payableUntil, currency } = payment;
    const left = refundableAmount(payment);
    if (state === 'WAITING') {
      bank.cancel(payment);
      return c.json(tossPayment(payment));
    }
    if (state === 'CAPTURED' && left === 0) throw new TossError(400, 'ALREADY_CANCELED_PAYMENT');
    if (state === 'CAPTURED' && payableUntil && !refundReceiveAccount)
      throw new TossError(400, 'INVALID_REFUND_ACCOUNT_INFO');
    const amount = cancelAmount === undefined ? left : fromDecimal(cancelAmount, currency);
    bank.refund(payment, { shopRefundId: keepReason(payment, cancelReason), amount });
    return c.json(tossPayment(payment));
  });

  app.notFound((c) => c.json({ code: 'NOT_FOUND', message: '존재하지 않는 정보 입니다.' }, 404));
  app.onError((error, c) => {
    if (error instanceof TossError)
      return c.json({ code: error.code, message: '요청을 처리할 수 없습니다.' }, error.status);
    if (error instanceof BankRefusal) {
      const [status, code] = refusals[error.reason];
      return c.json({ code, message: error.message }, status);
    }
    if (error instanceof z.ZodError || error instanceof SyntaxError) {
      return c.json({ code: 'INVALID_REQUEST', message: '잘못된 요청입니다.' }, 400);
    }
    throw error;
  });
  return app;
}

const processed = [400, 'ALREADY_PROCESSED_PAYMENT'] as const;
const notCancelable = [403, 'NOT_CANCELABLE_PAYMENT'] as const;
const refusals: Record<RefusalReason, readonly [400 | 403 | 404, string]> = {
  payment_exists: [400, 'DUPLICATED_ORDER_ID'],
  already_waiting: processed,
  already_authorized: processed,
  already_captured: processed,
  already_canceled: [400, 'ALREADY_CANCELED_PAYMENT'],
  already_failed: notCancelable,
  not_authorized: notCancelable,
  not_captured: notCancelable,
  not_payable_any_more: [404, 'NOT_FOUND_PAYMENT_SESSION'],
  invalid_amount: [400, 'INVALID_REQUEST'],
  amount_too_large: [403, 'NOT_CANCELABLE_AMOUNT'],
  refund_not_found: [404, 'NOT_FOUND_PAYMENT'],
  refund_not_pending: notCancelable,
  dispute_not_found: [404, 'NOT_FOUND_PAYMENT'],
  dispute_closed: notCancelable,
};
