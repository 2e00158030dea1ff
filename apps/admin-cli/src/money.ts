import { decimalsOf } from '@commerce-core/client';
import { InvalidArgumentError } from 'commander';

/** Formats minor units: `1234567 GBP` → `12,345.67 GBP`. The result is exact, because nothing is divided. */
export function formatMoney(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = decimals > 0 ? `.${digits.slice(-decimals)}` : '';
  return `${amount < 0 ? '-' : ''}${whole}${fraction} ${currency}`;
}

/**
 * Parses a price (`2.55`, `1500`) into minor units of `currency`.
 * @throws InvalidArgumentError when the text is no such price
 */
export function parseMoney(text: string, currency: string): number {
  const decimals = decimalsOf(currency);
  const [, whole = '', fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === '' || fraction.length > decimals) {
    const example = decimals === 0 ? '1500' : `12.${'5'.padEnd(decimals, '0')}`;
    const rule = decimals === 0 ? 'without decimals' : `with at most ${decimals} decimals`;
    throw new InvalidArgumentError(`A price in ${currency} is written ${rule}, for instance ${example}.`);
  }
  const amount = Number(whole + fraction.padEnd(decimals, '0'));
  if (!Number.isSafeInteger(amount)) throw new InvalidArgumentError('The price is too large.');
  return amount;
}

/**
 * Parses a currency code.
 * @throws InvalidArgumentError when it is not three letters that can be a currency
 */
export function parseCurrency(text: string): string {
  const currency = text.toUpperCase();
  if (!/^[A-Z]{3}$/.test(currency)) throw new InvalidArgumentError('A currency is three letters, for instance GBP.');
  return currency;
}
