import type { RouterOutputs } from '@commerce-core/client';
import { decimalsOf } from '@commerce-core/client';
import type { SalesSearch } from './sales-search.ts';

export type Day = RouterOutputs['sales']['daily']['items'][number];

/** The day of a time as a calendar in `zone` has it, like `2026-11-28`. */
export function dayIn(zone: string, time: Date): string {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const part = Object.fromEntries(parts.formatToParts(time).map(({ type, value }) => [type, value]));
  return `${part['year']}-${part['month']}-${part['day']}`;
}

const dayBefore = (day: string, days: number): string =>
  new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);

/** The first and the last day that the address means. */
export function rangeOf({ days = 30, from, to, zone }: SalesSearch, now: Date): { from: string; to: string } {
  if (from !== undefined && to !== undefined) return { from, to };
  const today = dayIn(zone, now);
  return { from: dayBefore(today, days - 1), to: today };
}

/** The currencies of some days, the one with most orders first. */
export function currenciesOf(days: readonly Day[]): string[] {
  const orders = new Map<string, number>();
  for (const day of days) orders.set(day.currency, (orders.get(day.currency) ?? 0) + day.orders);
  return [...orders].toSorted(([, a], [, b]) => b - a).map(([currency]) => currency);
}

const numbers = ['orders', 'units', 'grossAmount', 'refundAmount', 'netAmount'] as const;
export type Totals = Record<(typeof numbers)[number], number>;

/** Adds up days of one currency. */
export const totalsOf = (days: readonly Day[]): Totals =>
  Object.fromEntries(numbers.map((name) => [name, days.reduce((sum, day) => sum + day[name], 0)])) as Totals;

/** The days as CSV: amounts in the currency's own units, such as 12.50. */
export function csvOf(days: readonly Day[]): string {
  const amount = (minor: number, currency: string) => {
    const decimals = decimalsOf(currency);
    return (minor / 10 ** decimals).toFixed(decimals);
  };
  const rows = days.map(({ day, currency, orders, units, grossAmount, refundAmount, netAmount }) => [
    day,
    currency,
    orders,
    units,
    ...[grossAmount, refundAmount, netAmount].map((minor) => amount(minor, currency)),
  ]);
  return [['day', 'currency', 'orders', 'units', 'gross', 'refunds', 'net'], ...rows]
    .map((row) => `${row.join(',')}\r\n`)
    .join('');
}
