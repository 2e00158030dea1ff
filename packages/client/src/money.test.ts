import { expect, test } from 'vitest';
import { decimalsOf, formatMoney } from './money.ts';

test.each([
  [1_234_567, 'GBP', 'en-GB', '£12,345.67'],
  [5, 'USD', 'en-US', '$0.05'],
  [-250, 'EUR', 'en-IE', '-€2.50'],
  [15_000, 'KRW', 'ko-KR', '₩15,000'],
  [1_234, 'KWD', 'en', 'KWD 1.234'],
  // Hungarians write no decimals, but gateways count them.
  [12_345, 'HUF', 'en', 'HUF 123.45'],
  [0, 'JPY', 'en', '¥0'],
])('%d minor units of %s are written as %4$s', (amount, currency, locale, expected) => {
  expect(formatMoney(amount, currency, locale).replaceAll('\u00a0', ' ')).toBe(expected);
});

test('the largest exact amount keeps each of its digits', () => {
  expect(formatMoney(Number.MAX_SAFE_INTEGER, 'USD', 'en-US')).toBe('$90,071,992,547,409.91');
});

test('a currency that is unknown has two decimals', () => {
  expect(decimalsOf('ZZZ')).toBe(2);
});
