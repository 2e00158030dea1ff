import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCodeOf, createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const placeTestOrder = (lines: { productId: string; quantity: number }[], rest = {}) =>
  shop.commerce.placeOrder({ customerId: 'customer-1', lines, ...rest });

describe('placeOrder', () => {
  const id = randomUUID();
  test.each([
    ['an order without lines', [], 'empty_order'],
    ['an id that is not a UUID', [{ productId: 'nope', quantity: 1 }], 'validation_failed'],
    ['a quantity of 0', [{ productId: id, quantity: 0 }], 'validation_failed'],
    ['a negative quantity', [{ productId: id, quantity: -1 }], 'validation_failed'],
    ['a fractional quantity', [{ productId: id, quantity: 1.5 }], 'validation_failed'],
    ['a quantity above the maximum', [{ productId: id, quantity: 1_000_001 }], 'validation_failed'],
    ['an infinite quantity', [{ productId: id, quantity: Infinity }], 'validation_failed'],
    ['a quantity as text', [{ productId: id, quantity: '1' }], 'validation_failed'],
    ['a price in a line', [{ productId: id, quantity: 1, unitAmount: 1 }], 'validation_failed'],
    [
      'more than 2,000 lines',
      Array.from({ length: 2001 }, () => ({ productId: id, quantity: 1 })),
      'validation_failed',
    ],
    ['an unknown product', [{ productId: id, quantity: 1 }], 'product_not_found'],
  ])('rejects %s', async (_, lines, code) => {
    // The types forbid some of these inputs, so the cast is needed.
    expect(await errorCodeOf(placeTestOrder(lines as never))).toBe(code);
  });
});

test('an archived product cannot be ordered, and the error names every unavailable product', async () => {
  const [archived, unknown, sellable] = [await shop.createTestProduct(), randomUUID(), await shop.createTestProduct()];
  await shop.commerce.archiveProduct({ productId: archived });
  const call = placeTestOrder([archived, unknown, sellable].map((productId) => ({ productId, quantity: 1 })));
  await expect(call).rejects.toMatchObject({ code: 'product_not_found', details: { productIds: [archived, unknown] } });
  expect(await shop.readStock(sellable)).toEqual([10, 0]);
});

test('an order of products in two currencies is rejected', async () => {
  const lines = [await shop.createTestProduct(), await shop.createTestProduct({ currency: 'EUR' })].map(
    (productId) => ({
      productId,
      quantity: 1,
    }),
  );
  expect(await errorCodeOf(placeTestOrder(lines))).toBe('currency_mismatch');
});

test('a total above the largest safe integer is rejected', async () => {
  const productId = await shop.createTestProduct({ priceAmount: 1_000_000_000_000, quantity: 1_000_000 });
  expect(await errorCodeOf(placeTestOrder([{ productId, quantity: 1_000_000 }]))).toBe('amount_too_large');
  expect(await shop.readStock(productId)).toEqual([1_000_000, 0]);
});

test('address, contact, reference and metadata are stored as given, and are in no event', async () => {
  const productId = await shop.createTestProduct();
  const rest = {
    contact: { email: 'kim@example.com', name: 'Kim' },
    shippingAddress: { name: 'Kim', line1: 'Sejong-daero 110', city: 'Seoul', postalCode: '04524', country: 'KR' },
    reference: 'cart-17',
    metadata: { gift: true, tags: ['a', 1, null] },
  };
  const { id } = await placeTestOrder([{ productId, quantity: 1 }], rest);
  expect(await shop.commerce.getOrder({ orderId: id })).toMatchObject(rest);
  expect(JSON.stringify(await shop.commerce.orderHistory({ orderId: id }))).not.toMatch(/Kim|Sejong|example/);
});

const somewhere = { name: 'K', line1: 'x' };

test.each<[string, { city?: string; region?: string; postalCode?: string; country: string }]>([
  ['Hong Kong', { country: 'HK' }],
  ['Ireland, without a postal code', { city: 'Cork', country: 'IE' }],
  ['Singapore', { postalCode: '018956', country: 'SG' }],
  ['the USA, with its state', { city: 'Albany', region: 'NY', postalCode: '12207', country: 'US' }],
  ['Kosovo', { city: 'Pristina', postalCode: '10000', country: 'XK' }],
])('an address in %s is stored as given', async (_, address) => {
  const shippingAddress = { ...somewhere, ...address };
  const order = await placeTestOrder([{ productId: await shop.createTestProduct(), quantity: 1 }], { shippingAddress });
  expect((await shop.commerce.getOrder({ orderId: order.id })).shippingAddress).toEqual(shippingAddress);
});

test.each(['user@한국.com', 'jörg@example.de', 'kim+shop@mail.example', "o'neil@mail.example", '用户@例子.公司'])(
  'the e-mail address %s is stored as given',
  async (email) => {
    const { id } = await placeTestOrder([{ productId: await shop.createTestProduct(), quantity: 1 }], {
      contact: { email },
    });
    expect((await shop.commerce.getOrder({ orderId: id })).contact).toEqual({ email });
  },
);

test.each([
  ['metadata beyond 4 KB', { metadata: { text: 'x'.repeat(4096) } }],
  ['metadata with a NUL', { metadata: { deep: [{ 'a\0': 1 }] } }],
  ['metadata with half a surrogate pair', { metadata: { text: '\ud800' } }],
  ['metadata nested 5,000 levels deep', { metadata: { deep: JSON.parse('['.repeat(5_000) + ']'.repeat(5_000)) } }],
  ['metadata that is nested 33 levels deep', { metadata: { deep: JSON.parse('['.repeat(32) + ']'.repeat(32)) } }],
  ['metadata with numbers of 309 digits', { metadata: { numbers: Array(27).fill(1e308) } }],
  ['metadata with numbers of 324 decimals', { metadata: { numbers: Array(27).fill(5e-324) } }],
  ['metadata with a number that has lost digits', { metadata: { id: 2 ** 53 } }],
  ['metadata with an infinite number', { metadata: { id: -Infinity } }],
  ['metadata with a key __proto__', { metadata: JSON.parse('{"__proto__":{"a":1}}') }],
  ['metadata with a deep key __proto__', { metadata: JSON.parse('{"a":[{"__proto__":1}]}') }],
  ['metadata with a date', { metadata: { at: new Date() } }],
  ['metadata with an undefined value', { metadata: { a: undefined } }],
  ['metadata that is a list', { metadata: [1] }],
  ['metadata that is null', { metadata: null }],
  ['an e-mail address that is too long', { contact: { email: `${'a'.repeat(300)}@mail.example` } }],
  ['a text that is no e-mail address', { contact: { email: 'kim' } }],
  ['a reference with a line break', { reference: 'a\nb' }],
  [
    'a country name instead of its code',
    { shippingAddress: { name: 'K', line1: 'x', city: 'y', postalCode: '1', country: 'Korea' } },
  ],
  [
    'a country that does not exist',
    { shippingAddress: { name: 'K', line1: 'x', city: 'y', postalCode: '1', country: 'QQ' } },
  ],
  ['a German address without its postal code', { shippingAddress: { ...somewhere, country: 'DE', city: 'y' } }],
  ['a German address without its city', { shippingAddress: { ...somewhere, country: 'DE', postalCode: '10115' } }],
  [
    'an address in the USA without its state',
    { shippingAddress: { ...somewhere, country: 'US', city: 'y', postalCode: '1' } },
  ],
  ['two e-mail addresses', { contact: { email: 'kim@mail.example,lee@mail.example' } }],
  ['an e-mail address with a NUL', { contact: { email: 'k\0im@mail.example' } }],
  ['an e-mail address without a domain', { contact: { email: 'kim@localhost' } }],
  ['an unknown field', { contact: { nickname: 'k' } }],
])('placeOrder rejects %s', async (_, rest) => {
  const productId = await shop.createTestProduct();
  // The types forbid some of these inputs, so the cast is needed.
  expect(await errorCodeOf(placeTestOrder([{ productId, quantity: 1 }], rest as object))).toBe('validation_failed');
  expect(await shop.readStock(productId)).toEqual([10, 0]);
});

test.each(['kim@mail.example', 'Kim <kim@mail.example>', 'kim%40mail.example', 'mailto:k@m.co'])(
  'a customerId like %s is rejected, because the event log keeps it for ever',
  async (customerId) => {
    const productId = await shop.createTestProduct();
    expect(await errorCodeOf(placeTestOrder([{ productId, quantity: 1 }], { customerId }))).toBe('validation_failed');
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  },
);

test.each(['17850', 'auth0|5f7c8ec7c33c6c004bbafe82', 'abc@clients', '@kim', 'kim@'])(
  'a customerId like %s is accepted',
  async (customerId) => {
    const productId = await shop.createTestProduct();
    expect(await placeTestOrder([{ productId, quantity: 1 }], { customerId })).toMatchObject({ customerId });
  },
);

test('metadata at its bounds is stored as given', async () => {
  const productId = await shop.createTestProduct();
  for (const metadata of [
    { text: 'x'.repeat(4_096 - '{"text":""}'.length) },
    { commas: Array<number>(2_042).fill(1) },
    { decimals: Array<number>(12).fill(5e-324) },
    { deep: JSON.parse('['.repeat(31) + ']'.repeat(31)) },
    { number: 2 ** 53 - 1, fraction: 0.1 + 0.2, text: '\u0001\u007f"\\' },
  ]) {
    const { id } = await placeTestOrder([{ productId, quantity: 1 }], { metadata });
    expect((await shop.commerce.getOrder({ orderId: id })).metadata).toEqual(metadata);
  }
});
