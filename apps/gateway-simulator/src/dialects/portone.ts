import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import {
  BankRefusal,
  refundableAmount,
  refundedAmount,
  type BankPayment,
  type RefusalReason,
} from '../bank-payment.ts';
import type { Desk, Dialect, Fault } from '../dialect.ts';
import { signWebhook, webhookKey } from '../sign.ts';
import { portoneList, portoneListInput } from './portone-list.ts';
import { portoneCancellation, portoneEventType, portonePayment } from './portone-payment.ts';
import { keepReason } from './refund-reasons.ts';

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

export type PortoneSettings = {
  apiSecret: string;
  /** `whsec_<base64>`. */
  webhookSecret: string;
  storeId: string;
};

/**
 * PortOne V2: the shop registers a payment, the shopper pays at `POST /pay`. Its webhooks are signed by Standard Webhooks
 * and say which payment to ask for. https://developers.portone.io/api/rest-v2
 */
export function portoneDialect(settings: PortoneSettings): Dialect {
  const key = webhookKey(settings.webhookSecret);
  return {
    provider,
    // PortOne's library can't be pointed below a path; this is where all of its calls go that are played here.
    path: '/payments',
    opens: 'shop',
    ids: { payment: 'tx-', refund: 'cancellation-', dispute: 'PP-' },
    messages: (change) => {
      const { id, at, payment, refund } = change;
      const type = portoneEventType(change);
      const data = {
        storeId: settings.storeId,
        paymentId: payment.shopPaymentId,
        transactionId: payment.id,
        ...(refund ? { cancellationId: refund.id } : {}),
      };
      return type ? [{ id, body: JSON.stringify({ type, timestamp: at.toISOString(), data }) }] : [];
    },
    stray: ({ id, at }) => {
      const data = { storeId: settings.storeId, billingKey: `billing-key-${id}` };
      return { id, body: JSON.stringify({ type: 'BillingKey.Issued', timestamp: at.toISOString(), data }) };
    },
    headers: ({ id, body }, at) => signWebhook(key, id, body, at),
    routes: (desk) => routes(desk, settings),
    fault: (fault) => {
      const [status, type] = faults[fault];
      return { status, body: { type, message: 'As the hostile mode wants it.' } };
    },
  };
}

const faults = {
  internal_error: [500, 'INTERNAL_SERVER_ERROR'],
  rate_limited: [429, 'TOO_MANY_REQUESTS'],
  idempotency_key_reused: [422, 'IDEMPOTENCY_KEY_ALREADY_USED'],
} as const satisfies Record<Fault, [number, string]>;

class PortoneError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409;
  readonly type: string;

  constructor(status: 400 | 401 | 403 | 404 | 409, type: string) {
    super(type);
    this.status = status;
    this.type = type;
  }
}

function routes({ bank }: Desk, settings: PortoneSettings): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: 65_536 }));
  app.use(async (c, next) => {
    if (c.req.header('authorization') !== `PortOne ${settings.apiSecret}`) throw new PortoneError(401, 'UNAUTHORIZED');
    mustBeStore(c.req.query('storeId'));
    await next();
  });

  function mustBeStore(given: string | undefined): void {
    if (given !== undefined && given !== settings.storeId) throw new PortoneError(403, 'FORBIDDEN');
  }
  function known(paymentId: string): BankPayment {
    const payment = bank.find(paymentId, provider);
    if (payment?.shopPaymentId !== paymentId) throw new PortoneError(404, 'PAYMENT_NOT_FOUND');
    return payment;
  }

  app.post('/:paymentId/pre-register', async (c) => {
    const asked = registerInput.parse(await c.req.json());
    mustBeStore(asked.storeId);
    const shopPaymentId = c.req.param('paymentId');
    const payment = bank.find(shopPaymentId, provider);
    const { totalAmount, currency } = asked;
    if (!payment) bank.create({ provider, shopPaymentId, amount: totalAmount, currency, capture: 'AUTOMATIC' });
    else if (payment.approvedAt) throw new PortoneError(409, 'ALREADY_PAID');
    else Object.assign(payment, { askedAmount: totalAmount, askedCurrency: currency });
    return c.json({});
  });

  app.get('/', (c) => {
    const asked = portoneListInput.parse(JSON.parse(c.req.query('requestBody') ?? '{}'));
    mustBeStore(asked.filter.storeId);
    const known = [...bank.payments()].filter((payment) => payment.provider === provider);
    return c.json(
      portoneList(
        known.map((payment) => portonePayment(payment, settings.storeId)),
        asked,
      ),
    );
  });

  app.get('/:paymentId', (c) => c.json(portonePayment(known(c.req.param('paymentId')), settings.storeId)));

  app.post('/:paymentId/cancel', async (c) => {
    const asked = cancelInput.parse(await c.req.json());
    mustBeStore(asked.storeId);
    const payment = known(c.req.param('paymentId'));
    if (payment.state !== 'CAPTURED') throw new PortoneError(409, 'PAYMENT_NOT_PAID');
    const left = payment.capturedAmount - refundedAmount(payment);
    if (left === 0) throw new PortoneError(409, 'PAYMENT_ALREADY_CANCELLED');
    const { currentCancellableAmount = left } = asked;
    if (currentCancellableAmount !== left) throw new PortoneError(409, 'CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN');
    if (payment.payableUntil && !asked.refundAccount) throw new PortoneError(400, 'INVALID_REQUEST');
    const shopRefundId = keepReason(payment, asked.reason);
    const refund = bank.refund(payment, { shopRefundId, amount: asked.amount ?? refundableAmount(payment) });
    return c.json({ cancellation: portoneCancellation(payment, refund) });
  });

  app.post('/:paymentId/virtual-account/close', (c) => {
    const payment = known(c.req.param('paymentId'));
    if (payment.state !== 'WAITING') throw new PortoneError(409, 'PAYMENT_NOT_WAITING_FOR_DEPOSIT');
    return c.json({ closedAt: bank.cancel(payment).at.toISOString() });
  });

  app.notFound((c) => c.json({ type: 'NOT_FOUND', message: 'There is nothing at this address.' }, 404));
  app.onError((error, c) => {
    if (error instanceof PortoneError)
      return c.json({ type: error.type, message: 'It can not be done.' }, error.status);
    if (error instanceof BankRefusal) return c.json({ type: refusals[error.reason], message: error.message }, 409);
    if (error instanceof z.ZodError || error instanceof SyntaxError) {
      return c.json({ type: 'INVALID_REQUEST', message: 'The request is not valid.' }, 400);
    }
    throw error;
  });
  return app;
}

const refusals: Record<RefusalReason, string> = {
  payment_exists: 'ALREADY_PAID',
  already_waiting: 'PAYMENT_NOT_PAID',
  already_authorized: 'ALREADY_PAID',
  already_captured: 'ALREADY_PAID',
  already_canceled: 'PAYMENT_ALREADY_CANCELLED',
  already_failed: 'PAYMENT_NOT_PAID',
  not_authorized: 'PAYMENT_NOT_PAID',
  not_captured: 'PAYMENT_NOT_PAID',
  not_payable_any_more: 'PAYMENT_NOT_WAITING_FOR_DEPOSIT',
  invalid_amount: 'INVALID_REQUEST',
  amount_too_large: 'CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT',
  refund_not_found: 'PAYMENT_CANCELLATION_NOT_FOUND',
  refund_not_pending: 'PAYMENT_CANCELLATION_NOT_PENDING',
  dispute_not_found: 'PAYMENT_NOT_FOUND',
  dispute_closed: 'INVALID_REQUEST',
};
