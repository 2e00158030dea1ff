import { GatewayRefusal } from '@commerce-core/core/gateway';

// https://docs.stripe.com/currencies#special-cases. In all other currencies Stripe counts in ISO 4217's minor units, as
// this shop does.
/** No decimals in ISO 4217; two at Stripe, which must be 00. */
const withTwoDecimals: ReadonlySet<string> = new Set(['ISK', 'UGX']);
/** Two decimals in ISO 4217; none at Stripe. */
const withoutDecimals: ReadonlySet<string> = new Set(['MGA']);
/** Three decimals, of which the last one must be 0 at Stripe. */
const inTens: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/**
 * Returns minor units as the amount that Stripe takes.
 * @throws GatewayRefusal `amount_not_chargeable` when Stripe has no such amount
 */
export function toStripe(amount: number, currency: string): number {
  if (withTwoDecimals.has(currency)) return amount * 100;
  if (withoutDecimals.has(currency)) return divisible(amount, 100, currency) / 100;
  return inTens.has(currency) ? divisible(amount, 10, currency) : amount;
}

/** Returns Stripe's amount in minor units; undefined when it contains a fraction of one. */
export function fromStripe(amount: number, currency: string): number | undefined {
  if (withoutDecimals.has(currency)) return amount * 100;
  if (!withTwoDecimals.has(currency)) return amount;
  return amount % 100 === 0 ? amount / 100 : undefined;
}

function divisible(amount: number, step: number, currency: string): number {
  if (amount % step === 0) return amount;
  const message = `Stripe takes ${currency} in steps of ${step} minor units only, and ${amount} is none`;
  throw new GatewayRefusal('amount_not_chargeable', message);
}
