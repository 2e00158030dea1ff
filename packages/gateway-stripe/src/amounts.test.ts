import { expect, test } from 'vitest';
import { fromStripe, toStripe } from './amounts.ts';

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
