import { currencies } from '@commerce-core/core/currencies';

/**
 * The number of decimals that ISO 4217 gives a currency: KRW 0, USD 2, KWD 3; 2 for a code that is unknown. `Intl` is
 * not asked, because it returns how an amount is usually written: HUF and COP without the two decimals that are
 * counted.
 */
export const decimalsOf = (currency: string): number => currencies.get(currency) ?? 2;

/**
 * Writes an amount as people read it: `formatMoney(1234567, 'GBP', 'en-GB')` returns `£12,345.67`. The result is exact,
 * because nothing is divided.
 * @param amount an integer in minor units of `currency`, as the API returns amounts
 * @param currency a code of ISO 4217
 * @param locale a BCP 47 tag, like `ko-KR`; defaults to that of the browser or the process
 */
export function formatMoney(amount: number, currency: string, locale?: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const exact = `${amount < 0 ? '-' : ''}${whole}${decimals > 0 ? `.${digits.slice(-decimals)}` : ''}`;
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(exact as `${number}`);
}
