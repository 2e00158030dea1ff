import { currencies } from '@commerce-core/core/gateway';
import { describe, expect, test } from 'vitest';
import { fromTossAmount, tossAmountRule, toTossAmount } from './amount.ts';

describe('an amount is converted to Toss’s and back without loss', () => {
  test.each<[number, string, number]>([
    [1000, 'KRW', 1000],
    [0, 'KRW', 0],
    [1_000_000_000_000, 'KRW', 1_000_000_000_000],
    [1050, 'USD', 10.5],
    [1999, 'USD', 19.99],
    [5, 'USD', 0.05],
    [100, 'USD', 1],
    [435, 'USD', 4.35],
    [100_000_000_001, 'USD', 1_000_000_000.01],
    [150, 'JPY', 150],
    [1234, 'KWD', 1.234],
  ])('%d %s minor units are %d', (minor, currency, decimal) => {
    expect(toTossAmount(minor, currency)).toBe(decimal);
    expect(fromTossAmount(decimal, currency)).toBe(minor);
  });

  test('for every number of cents up to 100 dollars, where a multiplication would lose some', () => {
    expect(Math.trunc(1.15 * 100)).toBe(114);
    for (let cents = 0; cents <= 10_000; cents += 1)
      expect(fromTossAmount(toTossAmount(cents, 'USD'), 'USD')).toBe(cents);
  });
});

test.each([
  [10.5, 'KRW'],
  [1.001, 'USD'],
  [-1, 'KRW'],
  [1e21, 'KRW'],
  [Number.NaN, 'KRW'],
  [2 ** 53, 'KRW'],
  [1e-7, 'USD'],
])('%d is not an amount in %s', (amount, currency) => {
  expect(() => fromTossAmount(amount, currency)).toThrow(`Toss gave an amount that ${currency} doesn't have`);
});

test('the rule takes won from 100, dollars and yen, each amount of which is converted without loss', () => {
  const taken = [...currencies.keys()].filter((code) => tossAmountRule(code) !== undefined);
  expect(taken.toSorted()).toEqual(['JPY', 'KRW', 'USD']);
  expect(tossAmountRule('KRW')?.min).toBe(100);
  for (const code of taken) {
    const { step, min } = tossAmountRule(code) ?? { step: 0, min: 0 };
    for (const amount of [min, min + step, 999_999_999_999])
      expect(fromTossAmount(toTossAmount(amount, code), code), code).toBe(amount);
  }
});
