import { Hono, type Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { BankRefusal, refundableAmount, type BankPayment, type RefusalReason } from '../bank-payment.ts';
import type { Bank } from '../bank.ts';
import type { Desk } from '../dialect.ts';
import { disputeObject, fromUnits, intentObject, refundObject, refundObjects, toUnits } from './stripe-objects.ts';
import { formOf, unitsIn, StripeRefusal } from './stripe-form.ts';

const cards: Record<string, string | null> = {
  pm_card_visa: null,
  pm_card_chargeDeclined: 'generic_decline',
  pm_card_chargeDeclinedInsufficientFunds: 'insufficient_funds',
};
const creating = [
  'amount',
  'currency',
  'capture_method',
  'automatic_payment_methods[enabled]',
  'payment_method_types[0]',
  'metadata',
];

/** The part of Stripe's API that the shop uses. https://docs.stripe.com/api */
export function stripeRoutes({ bank, messagesSince }: Desk, secretKey?: string): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: 65_536 }));
  app.use(async (c, next) => {
    const [scheme, key = ''] = (c.req.header('authorization') ?? '').split(' ');
    const isKnown = secretKey === undefined ? /^[sr]k_\w+$/.test(key) : key === secretKey;
    if (scheme !== 'Bearer' || !isKnown)
      return c.json({ error: { type: 'invalid_request_error', message: 'Invalid API Key provided' } }, 401);
    c.header('request-id', `req_${crypto.randomUUID().replaceAll('-', '')}`);
    return next();
  });

  app.post('/payment_intents', async (c) => {
    const form = await formOf(c, ...creating);
    const currency = (form.get('currency') ?? '').toUpperCase();
    const amount = unitsIn(form, 'amount');
    const metadata = metadataIn(form);
    const shopPaymentId = metadata['payment_id'];
    if (!/^[A-Z]{3}$/.test(currency))
      throw new StripeRefusal('parameter_invalid_string_blank', 'Invalid currency', 'currency');
    if (amount === undefined) throw new StripeRefusal('parameter_missing', 'Missing required param: amount.', 'amount');
    if (!shopPaymentId)
      throw new StripeRefusal('parameter_missing', 'Here a payment intent needs metadata[payment_id].', 'metadata');
    mustBeWhole(amount, currency);
    const payment = bank.create({
      provider: 'stripe',
      shopPaymentId,
      amount: fromUnits(amount, currency),
      currency,
      method: form.get('payment_method_types[0]'),
      capture: form.get('capture_method') === 'manual' ? 'MANUAL' : 'AUTOMATIC',
      details: { metadata },
    });
    return c.json(intentObject(payment));
  });

  app.get('/payment_intents/:id', (c) => c.json(intentObject(known(bank, c.req.param('id')))));

  app.post('/payment_intents/:id/confirm', async (c) => {
    const form = await formOf(c, 'payment_method', 'return_url');
    const payment = known(bank, c.req.param('id'));
    const declined = cards[form.get('payment_method') ?? ''];
    if (declined === undefined)
      throw new StripeRefusal('resource_missing', 'No such PaymentMethod', 'payment_method', 404);
    if (declined === null) {
      bank.approve(payment);
      return c.json(intentObject(payment));
    }
    bank.failAttempt(payment, declined);
    const { last_payment_error, ...intent } = intentObject(payment);
    return c.json({ error: { ...last_payment_error, payment_intent: { ...intent, last_payment_error } } }, 402);
  });

  app.post('/payment_intents/:id/capture', async (c) => {
    const units = unitsIn(await formOf(c, 'amount_to_capture'), 'amount_to_capture');
    const payment = known(bank, c.req.param('id'));
    bank.capture(payment, units === undefined ? payment.authorizedAmount : fromUnits(units, payment.currency));
    return c.json(intentObject(payment));
  });

  app.post('/payment_intents/:id/cancel', async (c) => {
    await formOf(c, 'cancellation_reason');
    const payment = known(bank, c.req.param('id'));
    if (payment.state === 'AUTHORIZED') bank.release(payment);
    else bank.cancel(payment);
    return c.json(intentObject(payment));
  });

  app.post('/refunds', async (c) => {
    const form = await formOf(c, 'payment_intent', 'amount', 'reason', 'metadata');
    const payment = known(bank, form.get('payment_intent') ?? '');
    const units = unitsIn(form, 'amount');
    const left = refundableAmount(payment);
    if (payment.disputes.some(({ status }) => status !== 'WON'))
      throw new StripeRefusal('charge_disputed', 'The charge has been charged back.');
    if (payment.state === 'CAPTURED' && left === 0)
      throw new StripeRefusal('charge_already_refunded', 'Charge has already been refunded.');
    const amount = units === undefined ? left : fromUnits(units, payment.currency);
    const shopRefundId = metadataIn(form)['refund_id'] ?? null;
    return c.json(refundObject(payment, bank.refund(payment, { shopRefundId, amount })));
  });

  app.get('/refunds', (c) => {
    const payment = known(bank, c.req.query('payment_intent') ?? '');
    return c.json(page(c, refundObjects(payment)));
  });

  app.get('/disputes', (c) => {
    const payment = known(bank, c.req.query('payment_intent') ?? '');
    return c.json(page(c, payment.disputes.map((dispute) => disputeObject(payment, dispute)).toReversed()));
  });

  app.get('/events', (c) => {
    const types = Object.entries(c.req.query())
      .filter(([name]) => /^types\[\d+\]$/.test(name))
      .map(([, type]) => type);
    if (types.length > 20) throw new StripeRefusal('parameter_invalid', 'You may list up to 20 types.', 'types');
    const since = new Date(Number(c.req.query('created[gte]') ?? 0) * 1000);
    const events = messagesSince(since).map(({ message }) => JSON.parse(message.body) as { id: string; type: string });
    return c.json(page(c, events.filter(({ type }) => types.length === 0 || types.includes(type)).toReversed()));
  });

  app.onError((error, c) => {
    if (error instanceof StripeRefusal) return c.json(error.body, error.status);
    if (error instanceof BankRefusal) return c.json(refusalOf(error), 400);
    throw error;
  });
  app.notFound((c) =>
    c.json(
      {
        error: { type: 'invalid_request_error', message: `Unrecognized request URL (${c.req.method}: ${c.req.path}).` },
      },
      404,
    ),
  );
  return app;
}

const codes: Partial<Record<RefusalReason, string>> = {
  invalid_amount: 'parameter_invalid_integer',
  amount_too_large: 'amount_too_large',
  payment_exists: 'resource_already_exists',
};

function refusalOf({ reason, payment, message }: BankRefusal) {
  if (reason === 'not_captured') {
    return {
      error: {
        type: 'invalid_request_error',
        message: `This PaymentIntent (${payment.id}) does not have a successful charge to refund.`,
      },
    };
  }
  const code = codes[reason];
  if (code) return { error: { type: 'invalid_request_error', code, message } };
  const intent = intentObject(payment);
  return {
    error: {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      payment_intent: intent,
      message: `This PaymentIntent's status is ${intent.status}, which does not allow this.`,
    },
  };
}

function known(bank: Bank, id: string): BankPayment {
  const payment = bank.find(id, 'stripe');
  // Stripe knows it by its own id alone.
  if (payment?.id === id) return payment;
  throw new StripeRefusal('resource_missing', `No such payment_intent: '${id}'`, 'intent', 404);
}

function mustBeWhole(units: number, currency: string): void {
  if (toUnits(fromUnits(units, currency), currency) === units && !(isInTens(currency) && units % 10 > 0)) return;
  throw new StripeRefusal('invalid_charge_amount_no_decimal_compatible', `Invalid amount in ${currency}.`, 'amount');
}
const isInTens = (currency: string): boolean => ['BHD', 'JOD', 'KWD', 'OMR', 'TND'].includes(currency);

const metadataIn = (form: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) => {
      const key = /^metadata\[(\w+)\]$/.exec(name)?.[1];
      return key ? [[key, value]] : [];
    }),
  );

/** A page of what is there, the newest first: `limit` of it, after `starting_after`. */
function page<T extends { id: string }>(c: Context, all: T[]) {
  const limit = Number(c.req.query('limit') ?? 10);
  if (!(limit >= 1 && limit <= 100))
    throw new StripeRefusal('parameter_invalid_integer', 'Limit must be between 1 and 100.', 'limit');
  const after = c.req.query('starting_after');
  const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && from === 0)
    throw new StripeRefusal('resource_missing', `No such object: '${after}'`, 'starting_after');
  return {
    object: 'list',
    data: all.slice(from, from + limit),
    has_more: all.length > from + limit,
    url: `/v1${c.req.path}`,
  };
}
