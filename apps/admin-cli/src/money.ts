import { InvalidArgumentError } from 'commander';
import { code as find } from 'currency-codes';

/**
 * How many decimals the currency has in ISO 4217: GBP 2, KRW 0, KWD 3. Not by Intl, which says how it is customarily
 * written: HUF and COP without the two decimals that gateways count in.
 */
const decimalsOf = (currency: string): number => find(currency)?.digits ?? 2;

/** Minor units as people write them: `1234567 GBP` → `12,345.67 GBP`. Exact, as no division is made. */
export function formatMoney(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = decimals > 0 ? `.${digits.slice(-decimals)}` : '';
  return `${amount < 0 ? '-' : ''}${whole}${fraction} ${currency}`;
}

/** A price as people write it (`2.55`, `1500`) in minor units of `currency`. @throws InvalidArgumentError */
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

/** @throws InvalidArgumentError unless it is three letters that could be a currency */
export function parseCurrency(text: string): string {
  const currency = text.toUpperCase();
  if (!/^[A-Z]{3}$/.test(currency)) throw new InvalidArgumentError('A currency is three letters, for instance GBP.');
  return currency;
}
