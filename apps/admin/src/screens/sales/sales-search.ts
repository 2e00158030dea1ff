import type { SearchSchemaInput } from '@tanstack/react-router';

/** The ranges that have a button, in days. */
export const ranges = [7, 30, 90] as const;

/** What the address may say; anything else falls back to the last 30 days in the browser's time zone. */
export type SalesInput = { days?: number; from?: string; to?: string; zone?: string; currency?: string };

/** The days of the screen: the last `days`, or `from` and `to`, both included. */
export type SalesSearch = {
  days?: (typeof ranges)[number];
  from?: string;
  to?: string;
  zone: string;
  currency?: string;
};

const isDay = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && Number.isFinite(Date.parse(value));

function isZone(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  try {
    // Throws for a name that is no time zone.
    new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions();
    return true;
  } catch {
    return false;
  }
}

/** Reads the range, time zone and currency from an address. */
export function salesSearch(search: SalesInput & SearchSchemaInput): SalesSearch {
  const { days, from, to, zone, currency } = search;
  const range = isDay(from) && isDay(to) ? { from, to } : { days: ranges.find((one) => one === days) ?? 30 };
  return {
    ...range,
    zone: isZone(zone) ? zone : new Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...(typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) && { currency }),
  };
}
