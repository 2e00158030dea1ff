import { formatMoney } from '@commerce-core/client';
import { useLanguage } from './texts/language.tsx';

/** Writes numbers, amounts and times in the language of the page. */
export function useFormat() {
  const { language, texts } = useLanguage();
  // English has several ways to write times; the browser knows which one its user reads.
  const locale = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
  const times = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return {
    count: (number: number): string => number.toLocaleString(locale),
    /** A day like `2026-11-28`. */
    calendarDay: (day: string): string => days.format(new Date(day)),
    money: (amount: number, currency: string): string => formatMoney(amount, currency, locale),
    day: (iso: string): string => new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(new Date(iso)),
    time: (iso: string): string => times.format(new Date(iso)),
    /** A status in the page's words. One that the page does not know is shown as it is. */
    status: (status: string): string => (texts.statuses as Record<string, string>)[status] ?? status,
  };
}

/** The last characters of an id: ids begin with the time, so their ends differ most. */
export const shortId = (id: string): string => id.slice(-8);

/** Parses an amount like 12.50 into minor units; undefined when it is none. */
export function parseAmount(text: string, decimals: number): number | undefined {
  const [, whole, part = ''] = /^(\d{1,13})(?:[.,](\d+))?$/.exec(text.trim()) ?? [];
  if (whole === undefined || part.length > decimals) return undefined;
  const amount = Number(whole + part.padEnd(decimals, '0'));
  return amount > 0 && Number.isSafeInteger(amount) ? amount : undefined;
}

/** Minor units as `parseAmount` reads them: 1250 is 12.50. */
export const amountText = (amount: number, decimals: number): string => {
  const digits = String(amount).padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
};
