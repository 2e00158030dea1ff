import { z } from 'zod';
import { currency } from '../currency.ts';

/** Days of one call of `sales.daily`. */
export const salesDaysMax = 400;

const day = z.iso.date('must be a day, like 2026-11-28');

const isTimeZone = (name: string): boolean => {
  try {
    // PostgreSQL reads the sign of an offset such as +09:00 the other way round, so only names are taken.
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
};

const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;

/** The days `from` to `to`, both included, as a calendar in `timeZone` (IANA) has them. */
export const dailySalesInput = z
  .strictObject({
    from: day,
    to: day,
    timeZone: z.string().max(60).refine(isTimeZone, 'must be the name of a time zone, like Asia/Seoul').default('UTC'),
    currency: currency.optional(),
  })
  .refine(({ from, to }) => daysBetween(from, to) >= 1, { path: ['to'], message: 'must not be before `from`' })
  .refine(({ from, to }) => daysBetween(from, to) <= salesDaysMax, {
    path: ['to'],
    message: `must be at most ${salesDaysMax} days from \`from\``,
  });

export type DailySalesRequest = z.output<typeof dailySalesInput>;
