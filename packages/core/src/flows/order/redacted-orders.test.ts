import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readMigrations } from '../../database/migrate.ts';
import { first, present } from '../../testing/only.ts';
import { createExchangeShop, type ExchangeShop } from '../credit/exchange.testing.ts';

let shop: ExchangeShop;
beforeAll(async () => {
  shop = await createExchangeShop();
});
afterAll(() => shop.close());

const contact = { name: 'Ana', email: 'ana@mail.example' };
const shippingAddress = { name: 'Ana', line1: '1 Road', city: 'Berlin', postalCode: '10115', country: 'DE' };
const oneUnit = [{ lineNo: 1, quantity: 1 }];

/** An order of 2 units with a contact and an address, and its attempt to pay. */
async function createOrder() {
  const productId = await shop.createTestProduct({ quantity: 10 });
  const lines = [{ productId, quantity: 2 }];
  const { id: orderId } = await shop.commerce.placeOrder({ customerId: 'ana', lines, contact, shippingAddress });
  const payment = await shop.commerce.createPayment({ orderId, provider: 'mock' });
  return { orderId, productId, payment };
}

/** An order that has arrived and was redacted, with a return that owes one unit. */
async function createRedactedReturn() {
  const { orderId, productId, payment } = await createOrder();
  await shop.sendWebhook('CAPTURED', payment);
  await shop.send(orderId);
  const returnId = await shop.takeBack(orderId, [1]);
  const { redactedAt } = await shop.commerce.redactOrder({ orderId });
  return { orderId, productId, returnId, redactedAt: present(redactedAt ?? undefined, 'redactedAt') };
}

type Redacted = Awaited<ReturnType<typeof createRedactedReturn>>;

describe('of an order whose contact and address were erased', () => {
  const exchangeOf = ({ returnId, productId }: Redacted, order = {}) => ({
    returnId,
    order: { lines: [{ productId, quantity: 1 }], ...order },
  });

  test.each<[string, (redacted: Redacted) => Promise<unknown>]>([
    ['a replacement', async ({ returnId }) => shop.commerce.replaceReturn({ returnId, lines: oneUnit })],
    ['an exchange', async (redacted) => shop.commerce.exchangeReturn(exchangeOf(redacted))],
    [
      'an exchange with an address',
      async (redacted) => shop.commerce.exchangeReturn(exchangeOf(redacted, { shippingAddress })),
    ],
    ['a preview of an exchange', async (redacted) => shop.commerce.previewExchange(exchangeOf(redacted))],
  ])('%s is refused, and changes nothing', async (_, send) => {
    const redacted = await createRedactedReturn();
    const { orderId, productId, returnId } = redacted;
    const before = await shop.commerce.getReturn({ returnId });
    await expect(send(redacted)).rejects.toMatchObject({
      code: 'order_redacted',
      details: { redactedAt: redacted.redactedAt.toISOString() },
    });
    expect(await shop.commerce.getReturn({ returnId })).toEqual(before);
    expect(await shop.readStock(productId)).toEqual([9, 0]);
    expect(await shop.commerce.listShipments({ orderId })).toHaveLength(1);
  });

  test('a return is still refunded', async () => {
    const { returnId } = await createRedactedReturn();
    expect(await shop.refund(returnId)).toBe(1_000);
  });

  test.each(['AUTHORIZED', 'CAPTURED'] as const)('a late %s is surplus, and its money goes back', async (type) => {
    const { orderId, productId, payment } = await createOrder();
    // The gateway has just answered, so that it isn't polled before the order expires.
    await shop.database.pool.query('update commerce.payments set asked_at = now() where id = $1', [payment.id]);
    await shop.expireTestOrder(orderId);
    await shop.commerce.redactOrder({ orderId });
    expect(await shop.sendWebhook(type, payment)).toMatchObject({ effect: 'surplus' });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({
      status: 'EXPIRED',
      needsAttention: 'refund_due',
    });
    expect(first((await shop.commerce.listRefunds({ orderId })).items)).toMatchObject({
      amount: 2_000,
      reason: 'surplus',
    });
    expect(await shop.commerce.listShipments({ orderId })).toEqual([]);
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  });
});

test('an order without contact and address that was not redacted is replaced and exchanged as any other', async () => {
  const productId = await shop.createTestProduct({ quantity: 10 });
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 2 });
  await shop.sendWebhook('CAPTURED', payment);
  await shop.send(orderId);
  expect(await shop.commerce.redactOrder({ orderId })).toMatchObject({ redactedAt: null });
  const returnId = await shop.takeBack(orderId, [2]);
  await shop.commerce.replaceReturn({ returnId, lines: oneUnit });
  const order = { lines: [{ productId, quantity: 1 }] };
  expect(await shop.commerce.exchangeReturn({ returnId, order })).toMatchObject({ status: 'PAID' });
});

test('orders that an older version has redacted are known as redacted', async () => {
  const { commerce, database } = shop;
  const { orderId, redactedAt } = await createRedactedReturn();
  const { orderId: other } = await createOrder();
  // The rows as an older version wrote them.
  await database.pool.query('alter table commerce.orders drop column redacted_at');
  const migration = readMigrations().find(({ name }) => name.endsWith('_redacted_orders'));
  await database.pool.query(`begin; ${present(migration, 'the migration').statements.join(';')}; commit`);
  expect(await commerce.getOrder({ orderId })).toMatchObject({ redactedAt });
  expect(await commerce.getOrder({ orderId: other })).toMatchObject({ redactedAt: null });
  expect(await commerce.doctor()).toEqual([]);
});
