import { Hono } from 'hono';
import { z } from 'zod';
import { BankRefusal, refundableAmount, type RefusalReason } from '../../bank/bank-payment.ts';
import type { Bank } from '../../bank/bank.ts';
import type { EmulatorContext } from '../emulator.ts';
import { findByIntent } from './find-by-intent.ts';
import { metadataIn, readForm, StripeRefusal, unitsIn } from './stripe-form.ts';
import { addIntentRoutes } from './stripe-intent-routes.ts';
import { pageOf } from './stripe-list.ts';
import { disputeObject, fromUnits, intentObject, refundObject, refundObjects } from './stripe-objects.ts';

/**
 * The part of Stripe's API that the shop uses. https://docs.stripe.com/api
 *
 * @param secretKey calls must carry this key; defaults to any key like `sk_…` or `rk_…`
 */
export function stripeRoutes({ bank, webhooksSince }: EmulatorContext, secretKey?: string): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    const [scheme, key = ''] = (c.req.header('authorization') ?? '').split(' ');
    const isKnown = secretKey === undefined ? /^[sr]k_\w+$/.test(key) : key === secretKey;
    if (scheme !== 'Bearer' || !isKnown)
      return c.json({ error: { type: 'invalid_request_error', message: 'Invalid API Key provided' } }, 401);
    c.header('request-id', `req_${crypto.randomUUID().replaceAll('-', '')}`);
    return next();
  });

  addIntentRoutes(app, bank);
  addRefundRoutes(app, bank);
  addEventRoutes(app, webhooksSince);

  app.onError((error, c) => {
    if (error instanceof StripeRefusal) return c.json(error.body, error.status);
    if (error instanceof BankRefusal) return c.json({ error: bankError(error) }, 400);
    throw error;
  });
  app.notFound((c) => {
    const message = `Unrecognized request URL (${c.req.method}: ${c.req.path}).`;
    return c.json({ error: { type: 'invalid_request_error', message } }, 404);
  });
  return app;
}

function addRefundRoutes(app: Hono, bank: Bank): void {
  app.post('/refunds', async (c) => {
    const form = await readForm(c, 'payment_intent', 'amount', 'reason', 'metadata');
    const payment = findByIntent(bank, form.get('payment_intent') ?? '');
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
    const payment = findByIntent(bank, c.req.query('payment_intent') ?? '');
    return c.json(pageOf(c, refundObjects(payment)));
  });

  app.get('/disputes', (c) => {
    const payment = findByIntent(bank, c.req.query('payment_intent') ?? '');
    return c.json(pageOf(c, payment.disputes.map((dispute) => disputeObject(payment, dispute)).toReversed()));
  });
}

const listedEvent = z.looseObject({ id: z.string(), type: z.string() });

function addEventRoutes(app: Hono, webhooksSince: EmulatorContext['webhooksSince']): void {
  app.get('/events', (c) => {
    const types = Object.entries(c.req.query())
      .filter(([name]) => /^types\[\d+\]$/.test(name))
      .map(([, type]) => type);
    if (types.length > 20) throw new StripeRefusal('parameter_invalid', 'You may list up to 20 types.', 'types');
    const since = new Date(Number(c.req.query('created[gte]') ?? 0) * 1000);
    const events = webhooksSince(since).map(({ webhook }) => listedEvent.parse(JSON.parse(webhook.body)));
    return c.json(pageOf(c, events.filter(({ type }) => types.length === 0 || types.includes(type)).toReversed()));
  });
}

const codes: Partial<Record<RefusalReason, string>> = {
  invalid_amount: 'parameter_invalid_integer',
  amount_too_large: 'amount_too_large',
  payment_exists: 'resource_already_exists',
};

function bankError({ reason, payment, message }: BankRefusal) {
  const type = 'invalid_request_error';
  if (reason === 'not_captured')
    return { type, message: `This PaymentIntent (${payment.id}) does not have a successful charge to refund.` };
  const code = codes[reason];
  if (code) return { type, code, message };
  const intent = intentObject(payment);
  return {
    type,
    code: 'payment_intent_unexpected_state',
    payment_intent: intent,
    message: `This PaymentIntent's status is ${intent.status}, which does not allow this.`,
  };
}
