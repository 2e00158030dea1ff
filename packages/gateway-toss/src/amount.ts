import type { AmountRule } from '@commerce-core/core/gateway';
import { code as find } from 'currency-codes';

/** How many decimals an amount in `currency` has in ISO 4217: KRW 0, USD 2. */
const decimalsOf = (currency: string): number => find(currency)?.digits ?? 2;

/**
 * Returns minor units as the decimal number that Toss takes: 1050 USD → 10.5. Exact up to 15 digits, because a division
 * rounds to the nearest double. https://docs.tosspayments.com/reference
 */
export const toTossAmount = (amount: number, currency: string): number => amount / 10 ** decimalsOf(currency);

/**
 * Returns Toss's amount, a JSON number with decimals, in minor units.
 * @throws Error when the number has more decimals than the currency, or is too large
 */
export function fromTossAmount(amount: number, currency: string): number {
  const decimals = decimalsOf(currency);
  const [, whole = '', fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(String(amount)) ?? [];
  const minor = Number(whole + fraction.padEnd(decimals, '0'));
  if (whole === '' || fraction.length > decimals || !Number.isSafeInteger(minor)) {
    throw new Error(`Toss gave an amount that ${currency} doesn't have`);
  }
  return minor;
}

/**
 * Which amounts Toss takes, in minor units. Toss refuses less than 100 won (BELOW_MINIMUM_AMOUNT), and other currencies
 * than those of domestic and foreign cards and PayPal. https://docs.tosspayments.com/reference/error-codes
 */
export function tossAmountRule(currency: string): AmountRule | undefined {
  const min = { KRW: 100, USD: 1, JPY: 1 }[currency];
  return min === undefined ? undefined : { step: 1, min, max: Number.MAX_SAFE_INTEGER };
}
