import { GatewayRefusal } from '@commerce-core/core/gateway';

// https://docs.stripe.com/currencies#special-cases. All others count in ISO 4217's minor units, as this shop does.
/** Without decimals by ISO 4217, with two of them at Stripe, which must be 00. */
const withTwoDecimals: ReadonlySet<string> = new Set(['ISK', 'UGX']);
/** With two decimals by ISO 4217, without any at Stripe. */
const withoutDecimals: ReadonlySet<string> = new Set(['MGA']);
/** With three decimals, of which Stripe takes the last one only as 0. */
const inTens: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** An amount of ours as Stripe counts it. @throws GatewayRefusal `amount_not_chargeable` when it has no such amount */
export function toStripe(amount: number, currency: string): number {
  if (withTwoDecimals.has(currency)) return amount * 100;
  if (withoutDecimals.has(currency)) return inParts(amount, 100, currency) / 100;
  return inTens.has(currency) ? inParts(amount, 10, currency) : amount;
}

/** Stripe's amount as we count it; undefined for a part of a unit that we can't count. */
export function fromStripe(amount: number, currency: string): number | undefined {
  if (withoutDecimals.has(currency)) return amount * 100;
  if (!withTwoDecimals.has(currency)) return amount;
  return amount % 100 === 0 ? amount / 100 : undefined;
}

function inParts(amount: number, part: number, currency: string): number {
  if (amount % part === 0) return amount;
  const message = `Stripe takes ${currency} in steps of ${part} minor units only, and ${amount} is none`;
  throw new GatewayRefusal('amount_not_chargeable', message);
}
