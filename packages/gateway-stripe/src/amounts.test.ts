import { currencies } from '@commerce-core/core/gateway';
import { expect, test } from 'vitest';
import { fromStripe, stripeAmountRule, toStripe } from './amounts.ts';

test.each([
  ['EUR', 1_234, 1_234],
  ['KRW', 1_234, 1_234],
  ['JPY', 1, 1],
  // Stripe's payouts in these have no decimals; its charges do.
  ['HUF', 1_234, 1_234],
  ['TWD', 1_234, 1_234],
  ['ISK', 5, 500],
  ['UGX', 5, 500],
  ['MGA', 500, 5],
  ['KWD', 5_120, 5_120],
  ['BHD', 0, 0],
])('%s: %i minor units are %i at Stripe, and back', (currency, ours, stripes) => {
  expect(toStripe(ours, currency)).toBe(stripes);
  expect(fromStripe(stripes, currency)).toBe(ours);
});

test.each([
  ['KWD', 5_124, 10],
  ['BHD', 1, 10],
  ['JOD', 11, 10],
  ['OMR', 999, 10],
  ['TND', 5, 10],
  ['MGA', 150, 100],
])('%s %i is refused without a call, because it is not a multiple of %i', (currency, amount, step) => {
  const message = `Stripe takes ${currency} in steps of ${step} minor units only, and ${amount} is none`;
  expect(() => toStripe(amount, currency)).toThrow(
    expect.objectContaining({ name: 'GatewayRefusal', code: 'amount_not_chargeable', message }),
  );
});

test('a fraction of a króna has no amount in minor units', () => {
  expect(fromStripe(550, 'ISK')).toBeUndefined();
});

test('the rule of each currency takes exactly the amounts that Stripe counts in at most 8 digits', () => {
  const taken = [...currencies.keys()].filter((code) => stripeAmountRule(code) !== undefined);
  expect(taken).toHaveLength(137);
  for (const code of taken) {
    const { step, min, max } = stripeAmountRule(code) ?? { step: 0, min: 0, max: 0 };
    for (const amount of [min, min + step, 37 * step, max - step, max]) {
      const stripes = toStripe(amount, code);
      expect(fromStripe(stripes, code), code).toBe(amount);
      expect(stripes, code).toBeGreaterThan(0);
      expect(String(stripes).length, code).toBeLessThanOrEqual(code === 'IDR' ? 12 : 8);
    }
    expect(String(toStripe(max + step, code)).length, code).toBeGreaterThan(code === 'IDR' ? 12 : 8);
  }
});

test.each(['LYD', 'IQD', 'IRR', 'STN', 'XXX', 'ZZZ'])('%s is not taken', (code) => {
  expect(stripeAmountRule(code)).toBeUndefined();
});

test('the rule of a currency that Stripe counts in steps takes no amount between two steps', () => {
  const steps = [...currencies.keys()].map((code): [string, number] => [code, stripeAmountRule(code)?.step ?? 1]);
  const inSteps = steps.filter(([, step]) => step > 1);
  expect(inSteps.map(([code]) => code).toSorted()).toEqual(['BHD', 'JOD', 'KWD', 'MGA', 'OMR', 'TND']);
  for (const [code, step] of inSteps) expect(() => toStripe(7 * step + 1, code), code).toThrow('in steps of');
});
