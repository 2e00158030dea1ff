import { afterAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import type { QuotedOrder } from '../../order/quote.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

const shop = await createTestShop();
afterAll(async () => shop.close());
const { commerce, database } = shop;

const shippingAddress = {
  name: 'Ana',
  line1: '1 Road',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
};
const createOption = async (settings: object = {}) =>
  (await commerce.createShippingOption({ name: 'Parcel', priceAmount: 490, currency: 'EUR', ...settings })).id;
const createProduct = async (priceAmount = 2_000, quantity = 10) =>
  shop.createTestProduct({ priceAmount, currency: 'EUR', quantity });
const place = async (order: object, from: Pick<TestShop['commerce'], 'placeOrder'> = commerce) =>
  from.placeOrder({ customerId: 'customer-1', lines: [], ...order });
const rowsWritten = async () =>
  (
    await database.pool.query(
      'select (select count(*) from commerce.orders) as o, (select count(*) from commerce.events) as e',
    )
  ).rows[0];

test('a quote has the lines, the total and the currency that the order gets, and writes nothing', async () => {
  const [a, b] = [await createProduct(2_000), await createProduct(99)];
  const lines = [
    { productId: a, quantity: 2 },
    { productId: b, quantity: 1 },
    { productId: a, quantity: 1 },
  ];
  const shippingOptionId = await createOption();
  const before = await rowsWritten();
  const quote = await commerce.quoteOrder({ lines, shippingOptionId });
  expect(await rowsWritten()).toEqual(before);
  expect(quote).toMatchObject({ totalAmount: 6_099 + 490, currency: 'EUR', shortages: [] });
  const order = await place({ lines, shippingOptionId, expectedTotalAmount: quote.totalAmount });
  expect(order.lines.map(({ orderId: _, ...line }) => line)).toEqual(quote.lines);
  expect(order).toMatchObject({ totalAmount: quote.totalAmount, currency: 'EUR', shippingOptionId });
  expect(order.lines.at(-1)).toMatchObject({ kind: 'SHIPPING', name: 'Parcel', quantity: 1, amount: 490, sku: null });
});

test('a quote offers the options that apply, the cheapest first, at their price for this order', async () => {
  const own = await createTestShop();
  const offer = async (name: string, settings: object) =>
    own.commerce.createShippingOption({ name, priceAmount: 500, currency: 'EUR', ...settings });
  await offer('Express', { priceAmount: 1_500 });
  await offer('Parcel', { freeFromAmount: 4_000 });
  await offer('Letter', { productMax: 1, priceAmount: 100 });
  await offer('Alps', { countries: ['AT', 'CH'] });
  await offer('Home', { countries: ['DE'], priceAmount: 700 });
  await offer('Dollars', { currency: 'USD' });
  const gone = await offer('Gone', {});
  await own.commerce.archiveShippingOption({ shippingOptionId: gone.id });
  const productId = await own.createTestProduct({ priceAmount: 2_000, currency: 'EUR' });
  const offers = async (quantity: number, country?: string) =>
    (
      await own.commerce.quoteOrder({
        lines: [{ productId, quantity }],
        shippingAddress: country === undefined ? undefined : { country },
      })
    ).shippingOptions.map(({ name, priceAmount }) => `${name} ${priceAmount}`);
  expect(await offers(1)).toEqual(['Letter 100', 'Parcel 500', 'Express 1500']);
  expect(await offers(1, 'DE')).toEqual(['Letter 100', 'Parcel 500', 'Home 700', 'Express 1500']);
  expect(await offers(2, 'CH')).toEqual(['Parcel 0', 'Alps 500', 'Express 1500']);
  await own.close();
});

test('a quote names what is short, and is no reservation', async () => {
  const productId = await createProduct(100, 3);
  const quote = await commerce.quoteOrder({ lines: [{ productId, quantity: 5 }] });
  expect(quote.shortages).toEqual([{ productId, requestedQty: 5, sellableQty: 3 }]);
  expect(quote.totalAmount).toBe(500);
  expect(await shop.readStock(productId)).toEqual([3, 0]);
});

test('an order with another total than the shopper saw is refused with the new one, and reserves nothing', async () => {
  const productId = await createProduct(1_000);
  const order = { lines: [{ productId, quantity: 2 }], expectedTotalAmount: 2_000 };
  await commerce.repriceProduct({ productId, priceAmount: 1_200 });
  const refused = place(order);
  await expect(refused).rejects.toMatchObject({
    code: 'total_changed',
    details: { totalAmount: 2_400, currency: 'EUR' },
  });
  expect(await shop.readStock(productId)).toEqual([10, 0]);
  expect(await place({ ...order, expectedTotalAmount: 2_400 })).toMatchObject({ totalAmount: 2_400 });
});

describe('an order and its quote are refused', () => {
  const unknown = '00000000-0000-7000-8000-000000000000';

  test.each<[string, () => Promise<string>, string, object | undefined]>([
    ['an option that does not exist', async () => unknown, 'shipping_option_not_found', undefined],
    [
      'an archived option',
      async () => {
        const shippingOptionId = await createOption();
        await commerce.archiveShippingOption({ shippingOptionId });
        return shippingOptionId;
      },
      'shipping_option_not_found',
      undefined,
    ],
    [
      'an option for another country',
      async () => createOption({ countries: ['KR'] }),
      'shipping_option_not_applicable',
      { reason: 'country' },
    ],
    [
      'an option of another currency',
      async () => createOption({ currency: 'KRW' }),
      'shipping_option_not_applicable',
      { reason: 'currency' },
    ],
    [
      'an option for fewer units',
      async () => createOption({ productMax: 1 }),
      'shipping_option_not_applicable',
      { reason: 'too_many_units' },
    ],
  ])('with %s', async (_, optionOf, code, details) => {
    const productId = await createProduct();
    const order = { lines: [{ productId, quantity: 2 }], shippingOptionId: await optionOf(), shippingAddress };
    for (const refused of [async () => commerce.quoteOrder(order), async () => place(order)])
      await expect(refused()).rejects.toMatchObject({ code, details });
    expect(await shop.readStock(productId)).toEqual([10, 0]);
  });
});

test('a shop that requires a shipping option refuses orders without one', async () => {
  const strict = createCommerce({ database, requireShippingOption: true });
  const lines = [{ productId: await createProduct(), quantity: 1 }];
  expect(await errorCodeOf(place({ lines }, strict))).toBe('shipping_option_required');
  expect(await place({ lines, shippingOptionId: await createOption() }, strict)).toMatchObject({ status: 'CREATED' });
});

test('orders of one batch each get their own option, and one whose option is gone fails alone', async () => {
  const productId = await createProduct(1_000, 100);
  const options = await Promise.all([100, 200, 300].map(async (priceAmount) => createOption({ priceAmount })));
  const lines = [{ productId, quantity: 1 }];
  const orders = await Promise.allSettled(
    [...options, '00000000-0000-7000-8000-000000000000'].map(async (shippingOptionId) =>
      place({ lines, shippingOptionId }),
    ),
  );
  expect(orders.map((order) => (order.status === 'fulfilled' ? order.value.totalAmount : order.reason.code))).toEqual([
    1_100,
    1_200,
    1_300,
    'shipping_option_not_found',
  ]);
});

test('the quote hook sees the shipping option as a line, and the country of a quote', async () => {
  const seen: QuotedOrder[] = [];
  const hooked = createCommerce({
    database,
    quote: (order) => {
      seen.push(order);
      const shipping = order.lines.find(({ kind }) => kind === 'SHIPPING');
      return shipping ? [{ kind: 'DISCOUNT', name: 'Free shipping', quantity: 1, unitAmount: -shipping.amount }] : [];
    },
  });
  const productId = await createProduct(2_000);
  const shippingOptionId = await createOption();
  const quoted = await hooked.quoteOrder({
    lines: [{ productId, quantity: 1 }],
    shippingOptionId,
    shippingAddress: { country: 'DE', postalCode: '10115' },
  });
  expect(quoted.totalAmount).toBe(2_000);
  expect(quoted.lines.map(({ lineNo, kind }) => [lineNo, kind])).toEqual([
    [1, 'PRODUCT'],
    [2, 'SHIPPING'],
    [3, 'DISCOUNT'],
  ]);
  expect(seen).toMatchObject([
    { customerId: null, currency: 'EUR', shippingAddress: { country: 'DE', postalCode: '10115' } },
  ]);
});

test('an archived option stays with its orders and leaves the list; archiving it again changes nothing', async () => {
  const shippingOptionId = await createOption();
  const order = await place({ lines: [{ productId: await createProduct(), quantity: 1 }], shippingOptionId });
  const archived = await commerce.archiveShippingOption({ shippingOptionId });
  expect(archived.archivedAt).toBeInstanceOf(Date);
  expect(await commerce.archiveShippingOption({ shippingOptionId })).toEqual(archived);
  expect(await commerce.getOrder({ orderId: order.id })).toMatchObject({ shippingOptionId, totalAmount: 2_490 });
  const idsOf = async (includeArchived: boolean) =>
    (await commerce.listShippingOptions({ includeArchived, limit: 100 })).items.map(({ id }) => id);
  expect(await idsOf(false)).not.toContain(shippingOptionId);
  expect(await idsOf(true)).toContain(shippingOptionId);
  expect(await errorCodeOf(commerce.archiveShippingOption({ shippingOptionId: order.id }))).toBe(
    'shipping_option_not_found',
  );
});
