import type { Context, Hono } from 'hono';
import type { Bank } from '../../bank/bank.ts';
import { findByIntent } from './find-by-intent.ts';
import { metadataIn, readForm, StripeRefusal, unitsIn } from './stripe-form.ts';
import { fromUnits, intentObject, toUnits } from './stripe-objects.ts';

/** The decline code of each test card; null when the card pays. https://docs.stripe.com/testing */
const cards: Record<string, string | null> = {
  pm_card_visa: null,
  pm_card_chargeDeclined: 'generic_decline',
  pm_card_chargeDeclinedInsufficientFunds: 'insufficient_funds',
};
const createFields = [
  'amount',
  'currency',
  'capture_method',
  'automatic_payment_methods[enabled]',
  'payment_method_types[0]',
  'metadata',
];

/** Adds the routes of payment intents. https://docs.stripe.com/api/payment_intents */
export function addIntentRoutes(app: Hono, bank: Bank): void {
  app.post('/payment_intents', async (c) => {
    const payment = bank.create(await intentInput(c));
    return c.json(intentObject(payment));
  });

  app.get('/payment_intents/:id', (c) => c.json(intentObject(findByIntent(bank, c.req.param('id')))));

  app.post('/payment_intents/:id/confirm', async (c) => {
    const form = await readForm(c, 'payment_method', 'return_url');
    const payment = findByIntent(bank, c.req.param('id'));
    const declineCode = cards[form.get('payment_method') ?? ''];
    if (declineCode === undefined)
      throw new StripeRefusal('resource_missing', 'No such PaymentMethod', 'payment_method', 404);
    if (declineCode === null) {
      bank.approve(payment);
      return c.json(intentObject(payment));
    }
    bank.failAttempt(payment, declineCode);
    const { last_payment_error, ...intent } = intentObject(payment);
    return c.json({ error: { ...last_payment_error, payment_intent: { ...intent, last_payment_error } } }, 402);
  });

  app.post('/payment_intents/:id/capture', async (c) => {
    const units = unitsIn(await readForm(c, 'amount_to_capture'), 'amount_to_capture');
    const payment = findByIntent(bank, c.req.param('id'));
    bank.capture(payment, units === undefined ? payment.authorizedAmount : fromUnits(units, payment.currency));
    return c.json(intentObject(payment));
  });

  app.post('/payment_intents/:id/cancel', async (c) => {
    await readForm(c, 'cancellation_reason');
    const payment = findByIntent(bank, c.req.param('id'));
    if (payment.state === 'AUTHORIZED') bank.release(payment);
    else bank.cancel(payment);
    return c.json(intentObject(payment));
  });
}

async function intentInput(c: Context) {
  const form = await readForm(c, ...createFields);
  const currency = (form.get('currency') ?? '').toUpperCase();
  const units = unitsIn(form, 'amount');
  const metadata = metadataIn(form);
  const shopPaymentId = metadata['payment_id'];
  if (!/^[A-Z]{3}$/.test(currency))
    throw new StripeRefusal('parameter_invalid_string_blank', 'Invalid currency', 'currency');
  if (units === undefined) throw new StripeRefusal('parameter_missing', 'Missing required param: amount.', 'amount');
  if (!shopPaymentId)
    throw new StripeRefusal('parameter_missing', 'Here a payment intent needs metadata[payment_id].', 'metadata');
  requireWholeUnits(units, currency);
  if (units < (leastUnits[currency] ?? 1))
    throw new StripeRefusal('amount_too_small', `Amount must be at least ${leastUnits[currency]}.`, 'amount');
  return {
    provider: 'stripe',
    shopPaymentId,
    amount: fromUnits(units, currency),
    currency,
    method: form.get('payment_method_types[0]'),
    capture: form.get('capture_method') === 'manual' ? 'MANUAL' : 'AUTOMATIC',
    details: { metadata },
  } as const;
}

// https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts: some of its table.
const leastUnits: Readonly<Record<string, number>> = { EUR: 50, USD: 50 };

// https://docs.stripe.com/currencies#three-decimal: their amounts must be multiples of ten.
const threeDecimalCurrencies = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'];

function requireWholeUnits(units: number, currency: string): void {
  const isWhole = toUnits(fromUnits(units, currency), currency) === units;
  if (isWhole && !(threeDecimalCurrencies.includes(currency) && units % 10 > 0)) return;
  throw new StripeRefusal('invalid_charge_amount_no_decimal_compatible', `Invalid amount in ${currency}.`, 'amount');
}
