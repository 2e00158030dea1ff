import { expect, test } from 'vitest';
import { shippingPrice, whyInapplicable, type Basket, type ShippingOption } from './shipping-option.ts';

const now = new Date('2026-01-01T00:00:00Z');
const option = (changes: Partial<ShippingOption> = {}): ShippingOption => ({
  id: 'o',
  name: 'Parcel',
  priceAmount: 490,
  currency: 'EUR',
  freeFromAmount: null,
  countries: null,
  productMax: null,
  archivedAt: null,
  createdAt: now,
  updatedAt: now,
  ...changes,
});
const basket = (changes: Partial<Basket> = {}): Basket => ({
  currency: 'EUR',
  productAmount: 5_000,
  units: 3,
  country: 'DE',
  ...changes,
});

test.each<[string, Partial<ShippingOption>, Partial<Basket>, string | undefined]>([
  ['of the order’s currency', {}, {}, undefined],
  ['of another currency', { currency: 'USD' }, {}, 'currency'],
  ['for the order’s country', { countries: ['AT', 'DE'] }, {}, undefined],
  ['for other countries', { countries: ['AT', 'FR'] }, {}, 'country'],
  ['for some countries while the order has none', { countries: ['DE'] }, { country: undefined }, 'country'],
  ['for all countries while the order has none', {}, { country: undefined }, undefined],
  ['for as many units as the order has', { productMax: 3 }, {}, undefined],
  ['for fewer units than the order has', { productMax: 2 }, {}, 'too_many_units'],
])('an option %s', (_, changes, of, reason) => {
  expect(whyInapplicable(option(changes), basket(of))).toBe(reason);
});

test.each<[string, number | null, number]>([
  ['has its price without a limit', null, 490],
  ['has its price below the limit', 5_001, 490],
  ['is free from the limit on', 5_000, 0],
  ['is always free with a limit of zero', 0, 0],
])('an option %s', (_, freeFromAmount, price) => {
  expect(shippingPrice(option({ freeFromAmount }), basket())).toBe(price);
});
