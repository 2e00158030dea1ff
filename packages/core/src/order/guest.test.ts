import { expect, test } from 'vitest';
import { newId } from '../ids.ts';
import { belongsTo, guestIdOf, isGuestId, isGuestOrder } from './guest.ts';
import { newCustomerId } from './order-input.ts';

const id = newId();
const contact = { email: 'jo@mail.example' };

test('the id of a guest is that of their order, and of an order in exchange for its goods', () => {
  expect(isGuestId(guestIdOf(id))).toBe(true);
  expect(isGuestOrder({ customerId: guestIdOf(id) })).toBe(true);
  expect(isGuestOrder({ customerId: 'kim' })).toBe(false);
});

test('no account can have the id of a guest, and a shop keeps guest ids of its own making', () => {
  expect(newCustomerId.safeParse(guestIdOf(id)).error?.issues).toHaveLength(1);
  expect(newCustomerId.safeParse(guestIdOf(id).toUpperCase()).success).toBe(false);
  for (const own of ['guest:17', 'guest:0f9a7d3e-1c2b-4d5e-8f90-123456789abc', `a-guest:${id}`])
    expect(newCustomerId.parse(own)).toBe(own);
});

test.each([
  ['an operator', undefined, true],
  ['its guest', guestIdOf(id), true],
  ['the guest of another order', guestIdOf(newId()), false],
  ['a customer', 'kim', false],
])('the order of a guest opens for %s: %s → %s', (_, caller, opens) => {
  expect(belongsTo({ id, customerId: guestIdOf(id), contact }, caller)).toBe(opens);
});

test('an order whose contact was erased is closed for its guest, and open for a customer', () => {
  expect(belongsTo({ id, customerId: guestIdOf(id), contact: null }, guestIdOf(id))).toBe(false);
  expect(belongsTo({ id, customerId: 'kim', contact: null }, 'kim')).toBe(true);
});
