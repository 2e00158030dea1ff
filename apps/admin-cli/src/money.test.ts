import { expect, test } from 'vitest';
import { formatMoney, parseMoney } from './money.ts';

test.each([
  [255, 'GBP', '2.55 GBP'],
  [5, 'GBP', '0.05 GBP'],
  [0, 'EUR', '0.00 EUR'],
  [123_456_789, 'GBP', '1,234,567.89 GBP'],
  [-255, 'GBP', '-2.55 GBP'],
  [15_000, 'KRW', '15,000 KRW'],
  [980, 'JPY', '980 JPY'],
  [1_234, 'KWD', '1.234 KWD'],
  [1_234, 'HUF', '12.34 HUF'],
  [Number.MAX_SAFE_INTEGER, 'GBP', '90,071,992,547,409.91 GBP'],
])('%d minor units of %s are shown as %s', (amount, currency, shown) => {
  expect(formatMoney(amount, currency)).toBe(shown);
});

test.each([
  ['2.55', 'GBP', 255],
  ['2.5', 'GBP', 250],
  ['2', 'GBP', 200],
  ['0.07', 'GBP', 7],
  ['15000', 'KRW', 15_000],
  ['1.234', 'KWD', 1_234],
  ['12.34', 'HUF', 1_234],
  ['90071992547409.91', 'GBP', Number.MAX_SAFE_INTEGER],
])('%s in %s is %d minor units', (text, currency, amount) => {
  expect(parseMoney(text, currency)).toBe(amount);
});

test.each([
  ['2.555', 'GBP'],
  ['9.80', 'JPY'],
  ['-1', 'GBP'],
  ['1e3', 'GBP'],
  ['£2', 'GBP'],
  ['1,000', 'GBP'],
  ['.5', 'GBP'],
  ['', 'GBP'],
  ['90071992547409.92', 'GBP'],
])('%s is no price in %s', (text, currency) => {
  expect(() => parseMoney(text, currency)).toThrow(/price/);
});
