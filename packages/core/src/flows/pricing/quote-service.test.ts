import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { CommerceError } from '../../errors.ts';
import type { QuotedOrder, QuoteLine } from '../../order/quote.ts';
import { createTestShop } from '../../testing/test-shop.ts';

const shop = await createTestShop();
afterAll(async () => shop.close());

const discount: QuoteLine = { kind: 'DISCOUNT', name: 'Spring', quantity: 1, unitAmount: -100 };
const service = vi.fn<(order: QuotedOrder) => Promise<QuoteLine[]>>();
beforeEach(() => {
  service.mockReset().mockResolvedValue([discount]);
});
const commerce = createCommerce({ database: shop.database, quoteService: service });

async function createOrder(priceAmount = 1_000) {
  const productId = await shop.createTestProduct({ priceAmount });
  return { productId, order: { customerId: 'customer-1', lines: [{ productId, quantity: 2 }] } };
}

test('the lines of the quote service are in the quote and in the order, which it saw with its prices', async () => {
  const { order, productId } = await createOrder();
  const option = await commerce.createShippingOption({ name: 'Parcel', priceAmount: 300, currency: 'KRW' });
  const chosen = { lines: order.lines, shippingOptionId: option.id, metadata: { code: 'SPRING' } };
  const quote = await commerce.quoteOrder(chosen);
  expect(quote.totalAmount).toBe(2_200);
  const placed = await commerce.placeOrder({ ...chosen, customerId: 'customer-1', expectedTotalAmount: 2_200 });
  expect(placed.lines.map(({ kind, amount }) => [kind, amount])).toEqual([
    ['PRODUCT', 2_000],
    ['SHIPPING', 300],
    ['DISCOUNT', -100],
  ]);
  expect(service).toHaveBeenLastCalledWith({
    customerId: 'customer-1',
    currency: 'KRW',
    lines: [
      expect.objectContaining({ kind: 'PRODUCT', productId, unitAmount: 1_000, amount: 2_000 }),
      expect.objectContaining({ kind: 'SHIPPING', unitAmount: 300 }),
    ],
    shippingAddress: null,
    metadata: { code: 'SPRING' },
  });
});

test('a price that changes after the question is asked about once more, and the order has the new price', async () => {
  const { order, productId } = await createOrder();
  service.mockImplementationOnce(async () => {
    await shop.commerce.repriceProduct({ productId, priceAmount: 1_500 });
    return [discount];
  });
  const placed = await commerce.placeOrder(order);
  expect(placed.totalAmount).toBe(2_900);
  expect(service).toHaveBeenCalledTimes(2);
  expect(await shop.readStock(productId)).toEqual([10, 2]);
});

test('an order whose price changes twice is refused with the total of now, and reserves nothing', async () => {
  const { order, productId } = await createOrder();
  let price = 1_000;
  service.mockImplementation(async () => {
    if (price < 1_200) await shop.commerce.repriceProduct({ productId, priceAmount: (price += 100) });
    return [discount];
  });
  const key = { idempotency: { scope: 'test', key: 'twice' } };
  await expect(commerce.placeOrder(order, key)).rejects.toMatchObject({
    code: 'total_changed',
    details: { totalAmount: 2_300, currency: 'KRW' },
  });
  expect(await shop.readStock(productId)).toEqual([10, 0]);
  // The key was not used up: the price has come to rest, and the same call succeeds.
  expect(await commerce.placeOrder(order, key)).toMatchObject({ totalAmount: 2_300 });
});

test('orders beside one whose price has changed are placed', async () => {
  const [stale, other] = [await createOrder(), await createOrder()];
  let isFirst = true;
  service.mockImplementation(async ({ lines }) => {
    if (isFirst && lines[0]?.productId === stale.productId) {
      isFirst = false;
      await shop.commerce.repriceProduct({ productId: stale.productId, priceAmount: 1_500 });
    }
    return [discount];
  });
  const placed = await Promise.all([stale, other, other].map(async ({ order }) => commerce.placeOrder(order)));
  expect(placed.map(({ totalAmount }) => totalAmount)).toEqual([2_900, 1_900, 1_900]);
});

test.each([
  ['refuses the order', new CommerceError('quote_refused', 'no', { reason: 'This code has expired.' })],
  ['is down', new CommerceError('quote_unavailable', 'no')],
])('while the quote service %s, nothing is quoted, placed or reserved', async (_, error) => {
  const { order, productId } = await createOrder();
  service.mockRejectedValue(error);
  await expect(commerce.quoteOrder({ lines: order.lines })).rejects.toBe(error);
  await expect(commerce.placeOrder(order)).rejects.toMatchObject({ code: error.code, details: error.details });
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test('an order that can not be placed is refused before the quote service is asked', async () => {
  const missing = { productId: '00000000-0000-7000-8000-000000000000', quantity: 1 };
  await expect(commerce.placeOrder({ customerId: 'c', lines: [missing] })).rejects.toMatchObject({
    code: 'product_not_found',
  });
  expect(service).not.toHaveBeenCalled();
});

test('a shop has one quote, and a transaction of the caller’s own can not ask a service', async () => {
  expect(() => createCommerce({ database: shop.database, quote: () => [], quoteService: service })).toThrow(
    'one quote',
  );
  await expect(commerce.transaction(async (tx) => commerce.placeOrdersIn(tx, []))).rejects.toThrow('quote service');
});
