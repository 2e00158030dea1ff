import { type AmountRule, GatewayRefusal } from '@commerce-core/core/gateway';

// https://docs.stripe.com/currencies#special-cases. In all other currencies Stripe counts in ISO 4217's minor units, as
// this shop does.
/** No decimals in ISO 4217; two at Stripe, which must be 00. */
const withTwoDecimals: ReadonlySet<string> = new Set(['ISK', 'UGX']);
/** Two decimals in ISO 4217; none at Stripe. */
const withoutDecimals: ReadonlySet<string> = new Set(['MGA']);
/** Three decimals, of which the last one must be 0 at Stripe. */
const inTens: ReadonlySet<string> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

// https://docs.stripe.com/currencies#presentment-currencies and #three-decimal, without those that ISO 4217 has
// withdrawn. Which of them an account takes depends on its country; Stripe refuses the others as a payment begins.
const taken: ReadonlySet<string> = new Set(
  `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP CRC
  CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY
  KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO
  NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TND
  TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW`.split(/\s+/),
);

/**
 * Which amounts Stripe takes, in minor units: up to 8 digits as Stripe counts, 12 in IDR. Stripe's minimum isn't known
 * here: it depends on the currency of the account's payouts and on the payment method, and Stripe refuses less as a
 * payment begins. https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
 */
export function stripeAmountRule(currency: string): AmountRule | undefined {
  if (!taken.has(currency)) return undefined;
  const digits = currency === 'IDR' ? 12 : 8;
  const max = 10 ** digits - 1;
  if (withTwoDecimals.has(currency)) return { step: 1, min: 1, max: Math.floor(max / 100) };
  if (withoutDecimals.has(currency)) return { step: 100, min: 100, max: max * 100 };
  return inTens.has(currency) ? { step: 10, min: 10, max: max - (max % 10) } : { step: 1, min: 1, max };
}

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
