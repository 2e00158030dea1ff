import { afterAll, beforeAll, expect, test } from 'vitest';
import type { z } from 'zod';
import type { listOrdersInput } from '../../order-list/order-list-input.ts';
import { createTestShop, errorCodeOf, type TestShop } from '../../testing/test-shop.ts';

type Input = z.input<typeof listOrdersInput>;

let shop: TestShop;
let product: string;
let other: string;
const ids: Record<string, string> = {};

async function updateReports(): Promise<void> {
  await shop.commerce.numberEvents();
  while ((await shop.commerce.updateReports()) > 0);
}

const place = async (name: string, rest: object = {}, lines = { [product]: 1 }) => {
  const { id } = await shop.commerce.placeOrder({
    customerId: 'c-1',
    lines: Object.entries(lines).map(([productId, quantity]) => ({ productId, quantity })),
    ...rest,
  });
  ids[name] = id;
  return id;
};

const pay = async (orderId: string) => {
  const payment = await shop.commerce.createPayment({ orderId, provider: 'mock' });
  await shop.sendWebhook('CAPTURED', payment);
};

beforeAll(async () => {
  shop = await createTestShop();
  product = await shop.createTestProduct({ quantity: 1_000 });
  other = await shop.createTestProduct({ quantity: 1_000, priceAmount: 5_000 });
  await place('plain');
  await place('mail', { contact: { email: 'Ana@Example.com', name: 'Ana-María Núñez' }, reference: 'R-1001' });
  await place('other', { customerId: 'c-2', contact: { email: "o'neil@example.com" } }, { [other]: 2 });
  await pay(
    await place('paid', {
      shippingAddress: { name: '김민준', line1: '1', city: 'Seoul', postalCode: '04524', country: 'KR' },
    }),
  );
  await pay(await place('shipped'));
  const [shipment] = await shop.commerce.listShipments({ orderId: ids['shipped'] ?? '' });
  await shop.commerce.dispatchShipment({ shipmentId: shipment?.id ?? '', carrier: 'DHL', trackingNumber: 'JD 014-6' });
  const payment = await shop.commerce.createPayment({ orderId: await place('failed'), provider: 'mock' });
  await shop.sendWebhook('FAILED', payment, { failureCode: 'no' });
  await updateReports();
});
afterAll(() => shop.close());

async function found(input: Input): Promise<string[]> {
  const { items } = await shop.commerce.listOrders(input);
  return items.map(({ id }) => Object.entries(ids).find(([, known]) => known === id)?.[0] ?? id).toSorted();
}

const future = new Date(Date.now() + 3_600_000).toISOString();
const past = new Date(Date.now() - 3_600_000).toISOString();
const all = ['failed', 'mail', 'other', 'paid', 'plain', 'shipped'];

test.each<[Input, string[]]>([
  [{}, all],
  [{ status: 'PAID' }, ['paid', 'shipped']],
  [{ status: 'PAYMENT_FAILED' }, ['failed']],
  [{ fulfillmentStatus: 'SHIPPED' }, ['shipped']],
  [{ fulfillmentStatus: 'UNFULFILLED' }, ['failed', 'mail', 'other', 'paid', 'plain']],
  [{ status: 'PAID', fulfillmentStatus: 'UNFULFILLED' }, ['paid']],
  [{ status: 'CREATED', fulfillmentStatus: 'SHIPPED' }, []],
  [{ paymentStatus: 'CAPTURED' }, ['paid', 'shipped']],
  [{ paymentStatus: 'FAILED' }, ['failed']],
  [{ email: 'ANA@example.com' }, ['mail']],
  [{ reference: 'R-1001' }, ['mail']],
  [{ trackingNumber: 'jd0146' }, ['shipped']],
  [{ minTotalAmount: 10_000 }, ['other']],
  [{ maxTotalAmount: 1_000, status: 'CREATED' }, ['mail', 'plain']],
  [{ createdFrom: past, createdTo: future }, all],
  [{ createdFrom: future }, []],
  [{ createdTo: past }, []],
  [{ paidFrom: past }, ['paid', 'shipped']],
  [{ paidTo: past }, []],
  [{ shippedFrom: past, shippedTo: future }, ['shipped']],
  [{ shippedTo: past }, []],
  [{ q: 'ana' }, ['mail']],
  [{ q: 'ANA-M' }, ['mail']],
  [{ q: 'núñ r-10' }, ['mail']],
  [{ q: '1001' }, ['mail']],
  [{ q: "o'neil@ex" }, ['other']],
  [{ q: '김민' }, ['paid']],
  [{ q: 'nobody' }, []],
  [{ needsAttention: true }, []],
  [{ attentionReason: 'refund_failed' }, []],
])('a list with %j has the orders that match all of it', async (input, expected) => {
  expect(await found(input)).toEqual(expected.toSorted());
  expect(await found({ ...input, customerId: 'c-3' })).toEqual([]);
});

test('a customer selects the own orders', async () => {
  expect(await found({ customerId: 'c-2' })).toEqual(['other']);
});

test('a product selects its orders by id and by SKU, and an unknown SKU selects none', async () => {
  const { sku } = await shop.commerce.getProduct({ productId: other });
  expect(await found({ productId: other })).toEqual(['other']);
  expect(await found({ sku })).toEqual(['other']);
  expect(await found({ sku, productId: product })).toEqual([]);
  expect(await found({ sku: 'no-such-sku' })).toEqual([]);
});

test('an order that needs attention is found by any of its reasons', async () => {
  const id = ids['shipped'] ?? '';
  const [shipment] = await shop.commerce.listShipments({ orderId: id });
  await shop.commerce.markShipmentLost({ shipmentId: shipment?.id ?? '' });
  expect(await found({ needsAttention: true })).toEqual(['shipped']);
  expect(await found({ attentionReason: 'delivery_problem' })).toEqual(['shipped']);
  expect(await found({ attentionReason: 'dispute' })).toEqual([]);
});

test('an order is found by its new e-mail address, and no more by the old one', async () => {
  const { version } = await shop.commerce.getOrder({ orderId: ids['mail'] ?? '' });
  const contact = { email: 'new@example.com' };
  await shop.commerce.updateOrder({ orderId: ids['mail'] ?? '', expectedVersion: version, contact });
  await updateReports();
  expect(await found({ email: 'ana@example.com' })).toEqual([]);
  expect(await found({ q: 'ana' })).toEqual([]);
  expect(await found({ email: 'new@example.com', reference: 'R-1001', status: 'CREATED' })).toEqual(['mail']);
});

test('an order whose contact was erased is found by neither its address nor its names', async () => {
  const id = await place('erased', { contact: { email: 'gone@example.com', name: 'Gone' } });
  await updateReports();
  expect(await found({ q: 'gone' })).toEqual(['erased']);
  await shop.commerce.cancelOrder({ orderId: id });
  await shop.commerce.redactOrder({ orderId: id });
  await updateReports();
  expect(await found({ q: 'gone' })).toEqual([]);
  expect(await found({ email: 'gone@example.com' })).toEqual([]);
  delete ids['erased'];
});

test.each(['-createdAt', 'createdAt', '-updatedAt', 'updatedAt'] as const)(
  'pages sorted by %s have each order once, also where times are equal',
  async (sort) => {
    await shop.database.pool.query(`update commerce.orders set updated_at = '2026-01-01' where customer_id = 'c-1'`);
    const whole = (await shop.commerce.listOrders({ sort })).items.map(({ id }) => id);
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await shop.commerce.listOrders({ sort, limit: 2, cursor });
      seen.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(whole);
    expect(new Set(seen).size).toBe(whole.length);
    const opposite = sort.startsWith('-') ? (sort.slice(1) as typeof sort) : (`-${sort}` as typeof sort);
    expect((await shop.commerce.listOrders({ sort: opposite })).items.map(({ id }) => id)).toEqual(whole.toReversed());
  },
);

test.each(['-createdAt', 'createdAt', '-updatedAt', 'updatedAt'] as const)(
  'an order with several attempts that match is once in the pages sorted by %s',
  async (sort) => {
    const customerId = `attempts ${sort}`;
    const orderIds: string[] = [];
    for (let order = 0; order < 3; order += 1) orderIds.push(await place(`${sort} ${order}`, { customerId }));
    for (const orderId of [...orderIds, ...orderIds]) {
      const payment = await shop.commerce.createPayment({ orderId, provider: 'mock' });
      await shop.sendWebhook('FAILED', payment, { failureCode: 'no' });
    }
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await shop.commerce.listOrders({ paymentStatus: 'FAILED', sort, limit: 2, cursor });
      seen.push(...page.items.map(({ id }) => id));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(orderIds));
  },
);

test('a cursor of another sort, of other filters or of no list is refused', async () => {
  const { nextCursor } = await shop.commerce.listOrders({ limit: 1 });
  const cursor = nextCursor ?? '';
  const code = async (input: Input) => errorCodeOf(shop.commerce.listOrders(input));
  expect(await code({ cursor, limit: 3 })).toBe('accepted');
  expect(await code({ cursor, sort: 'createdAt' })).toBe('cursor_of_another_list');
  expect(await code({ cursor, status: 'PAID' })).toBe('cursor_of_another_list');
  for (const text of ['0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90', 'e30', '', '[]'])
    expect(await code({ cursor: text })).toBe('cursor_of_another_list');
});
