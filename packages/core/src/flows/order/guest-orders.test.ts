import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { CommerceError } from '../../errors.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { newId } from '../../ids.ts';
import { guestIdOf } from '../../order/guest.ts';
import { createTestShop, errorCodeOf, webhookSecret } from '../../testing/test-shop.ts';

const guestLimits = { unpaidMax: 8, unpaidPerOriginMax: 3, unitsMax: 5 };
const quoted: (string | null)[] = [];
const quote = ({ customerId }: { customerId: string | null }) => {
  quoted.push(customerId);
  return [];
};
const shop = await createTestShop({ guestLimits, quote });
afterAll(async () => shop.close());
const { commerce, database } = shop;
// Another process of the same shop.
const other = createCommerce({ database, gateways: [mockGateway([webhookSecret])], guestLimits });

const email = 'Jo@Mail.Example';
type Texts = { origin?: string; reference?: string; productId?: string; quantity?: number };
const inputOf = async ({ origin = randomUUID(), productId, quantity = 1, ...texts }: Texts = {}) => ({
  origin,
  lines: [{ productId: productId ?? (await shop.createTestProduct()), quantity }],
  contact: { email },
  ...texts,
});
const placeAsGuest = async (texts?: Texts, by = commerce) => by.placeGuestOrder(await inputOf(texts));
/** The rows of an origin, of orders that were placed and of those that were not. */
const countRows = async (origin: string): Promise<number> => {
  const { rows } = await database.pool.query('select 1 from commerce.open_guest_orders where origin = $1', [origin]);
  return rows.length;
};
const closeAll = async () => {
  const { rows } = await database.pool.query(`
    select id from commerce.orders where status in ('CREATED', 'PAYMENT_PENDING', 'PAYMENT_FAILED')`);
  for (const { id } of rows) await commerce.cancelOrder({ orderId: id });
};

test('a guest’s order belongs to an id of its own, and prices are asked without one', async () => {
  const order = await placeAsGuest();
  expect(order).toMatchObject({ customerId: guestIdOf(order.id), status: 'CREATED', contact: { email } });
  expect(quoted.at(-1)).toBeNull();
  expect(await commerce.getOrder({ orderId: order.id, customerId: guestIdOf(order.id) })).toEqual(order);
  const { items } = await commerce.orderHistory({ orderId: order.id });
  expect(JSON.stringify(items)).not.toMatch(/mail/i);
  await closeAll();
});

test('an order without an e-mail address, of too many units, or for a named customer is refused', async () => {
  const input = await inputOf({ origin: 'refused' });
  const issuesOf = async (wrong: object) => {
    const thrown: unknown = await commerce.placeGuestOrder({ ...input, ...wrong }).catch((error: unknown) => error);
    return thrown instanceof CommerceError && thrown.details;
  };
  for (const contact of [undefined, { phone: '1' }])
    expect(await issuesOf({ contact })).toMatchObject({ issues: [{ path: 'contact.email' }] });
  const lines = [input.lines[0], { ...input.lines[0], quantity: 5 }];
  expect(await issuesOf({ lines })).toMatchObject({
    issues: [{ path: 'lines', message: expect.stringContaining('5') }],
  });
  expect(await issuesOf({ customerId: 'kim' })).toMatchObject({
    issues: [{ message: expect.stringContaining('customerId') }],
  });
  expect(await errorCodeOf(commerce.placeOrder({ lines: input.lines, customerId: guestIdOf(newId()) }))).toBe(
    'validation_failed',
  );
  expect(await countRows('refused')).toBe(0);
});

test('of many orders at once from one address, by two processes, as many are placed as may be unpaid', async () => {
  const origin = 'one address';
  const codes = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => errorCodeOf(placeAsGuest({ origin }, index % 2 ? other : commerce))),
  );
  expect(codes.toSorted()).toEqual([...Array(3).fill('accepted'), ...Array(17).fill('too_many_unpaid_orders')]);
  const refusal = await placeAsGuest({ origin }).catch((error: unknown) => error);
  const { retryAfterS } = (refusal as CommerceError<'too_many_unpaid_orders'>).details;
  expect(retryAfterS).toBeGreaterThan(29 * 60);
  expect(retryAfterS).toBeLessThanOrEqual(30 * 60);
  expect(await errorCodeOf(placeAsGuest())).toBe('accepted');
  await closeAll();
});

test('of many orders at once from many addresses, as many are placed as all guests may have', async () => {
  const codes = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => errorCodeOf(placeAsGuest({}, index % 2 ? other : commerce))),
  );
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(8);
  expect(new Set(codes)).toEqual(new Set(['accepted', 'too_many_unpaid_orders']));
  // An order of a customer with an account is not bounded by those of guests.
  expect(await errorCodeOf(shop.createTestOrder({ [await shop.createTestProduct()]: 1 }))).toBe('accepted');
  await closeAll();
});

test('an order that is paid, canceled or expired makes room for another one', async () => {
  const origin = 'an address';
  const placed = [await placeAsGuest({ origin }), await placeAsGuest({ origin }), await placeAsGuest({ origin })];
  const [paid, canceled, expired] = placed.map(({ id }) => id) as [string, string, string];
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('too_many_unpaid_orders');
  await shop.sendWebhook('AUTHORIZED', await commerce.createPayment({ orderId: paid, provider: 'mock' }));
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('accepted');
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('too_many_unpaid_orders');
  await commerce.cancelOrder({ orderId: canceled, customerId: guestIdOf(canceled) });
  await shop.expireTestOrder(expired);
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('accepted');
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('accepted');
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('too_many_unpaid_orders');
  await closeAll();
});

test('a failed payment leaves its order among the unpaid ones, because another attempt reserves again', async () => {
  const origin = 'failing';
  for (let round = 0; round < 3; round += 1) {
    const { id: orderId } = await placeAsGuest({ origin });
    await shop.sendWebhook('FAILED', await commerce.createPayment({ orderId, provider: 'mock' }));
  }
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('too_many_unpaid_orders');
  await closeAll();
});

test('a refused order takes no place', async () => {
  const origin = 'out of stock';
  const productId = await shop.createTestProduct({ quantity: 1 });
  expect(await errorCodeOf(placeAsGuest({ origin, productId, quantity: 2 }))).toBe('insufficient_stock');
  expect(await errorCodeOf(placeAsGuest({ origin, productId: randomUUID() }))).toBe('product_not_found');
  expect(await countRows(origin)).toBe(0);
});

test('the place of a process that died before it placed the order is free again after five minutes', async () => {
  const origin = 'crashed';
  await database.pool.query(
    `insert into commerce.open_guest_orders select gen_random_uuid(), $1, now() from generate_series(1, 3)`,
    [origin],
  );
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('too_many_unpaid_orders');
  await database.pool.query(`update commerce.open_guest_orders set created_at = now() - interval '5 minutes 1 second'`);
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('accepted');
  await closeAll();
});

test('a repeated call returns the same order, also when its address may have no further one', async () => {
  const origin = 'repeats';
  await placeAsGuest({ origin });
  await placeAsGuest({ origin });
  const input = await inputOf({ origin });
  const call = { idempotency: { scope: 'guests', key: randomUUID() } };
  const first = await commerce.placeGuestOrder(input, call);
  expect(await errorCodeOf(placeAsGuest({ origin }))).toBe('too_many_unpaid_orders');
  expect(await other.placeGuestOrder({ ...input, origin: 'another address' }, call)).toEqual(first);
  expect(await commerce.placeGuestOrder(input, call)).toEqual(first);
  expect(await errorCodeOf(commerce.placeGuestOrder({ ...input, reference: 'changed' }, call))).toBe(
    'idempotency_key_reused',
  );
  await closeAll();
});

test('of many calls with one key at once, one order is placed and takes one place', async () => {
  const origin = 'one key';
  const input = await inputOf({ origin });
  const call = { idempotency: { scope: 'guests', key: randomUUID() } };
  const ids = await Promise.all([1, 2, 3].map(async () => (await commerce.placeGuestOrder(input, call)).id));
  expect(new Set(ids).size).toBe(1);
  expect(await countRows(origin)).toBe(1);
  await closeAll();
});

test('an order is found by its id or reference with its e-mail address, and by nothing else', async () => {
  const reference = randomUUID();
  const { id: orderId } = await placeAsGuest({ reference });
  const { id: second } = await placeAsGuest({ reference });
  const find = commerce.findGuestOrders;
  expect(await find({ email: 'jo@mail.example', orderId })).toEqual([orderId]);
  expect(await find({ email, reference })).toEqual([second, orderId]);
  expect(await find({ email: 'jo@mail.example.org', orderId })).toEqual([]);
  expect(await find({ email: '%', orderId }).catch(({ code }) => code)).toBe('validation_failed');
  expect(await find({ email, orderId, reference }).catch(({ code }) => code)).toBe('validation_failed');
  expect(await find({ email }).catch(({ code }) => code)).toBe('validation_failed');
  const ofCustomer = await commerce.placeOrder({
    lines: [{ productId: await shop.createTestProduct(), quantity: 1 }],
    customerId: 'kim',
    contact: { email },
    reference,
  });
  expect(await find({ email, orderId: ofCustomer.id })).toEqual([]);
  expect(await find({ email, reference })).toEqual([second, orderId]);
  await closeAll();
  await commerce.redactOrder({ orderId });
  expect(await find({ email, orderId })).toEqual([]);
});

test('a guest’s order is closed for the guest once its contact is erased, and keeps its e-mail before', async () => {
  const { id: orderId, version: expectedVersion } = await placeAsGuest();
  const owner = { orderId, customerId: guestIdOf(orderId) };
  expect(await errorCodeOf(commerce.updateOrder({ orderId, expectedVersion, contact: { name: 'Jo' } }))).toBe(
    'validation_failed',
  );
  const payment = await commerce.createPayment({ ...owner, provider: 'mock' });
  await commerce.cancelOrder(owner);
  await commerce.redactOrder({ orderId });
  const paymentId = payment.id;
  const codes = [
    commerce.getOrder(owner),
    commerce.cancelOrder(owner),
    commerce.listPayments(owner),
    commerce.listShipments(owner),
    commerce.orderHistory(owner),
    commerce.createPayment({ ...owner, provider: 'mock' }),
    commerce.resumePayment({ paymentId, customerId: owner.customerId }),
    commerce.watchOrder(owner).next(),
  ].map(async (call) => errorCodeOf(call));
  expect(new Set(await Promise.all(codes))).toEqual(new Set(['order_not_found', 'payment_not_found']));
});
