import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { first, only } from '../../testing/only.ts';
import { createTestShop, errorCodeOf } from '../../testing/test-shop.ts';

const shop = await createTestShop();
afterAll(async () => shop.close());
const { commerce } = shop;

const shippingAddress = { name: 'Ana', line1: '1 Road', city: 'Berlin', postalCode: '10115', country: 'DE' };
const contact = { name: 'Ana', email: 'ana@mail.example' };
const placeWithTexts = async () =>
  commerce.placeOrder({
    customerId: 'customer-1',
    lines: [{ productId: await shop.createTestProduct(), quantity: 2 }],
    contact,
    shippingAddress,
    reference: 'cart-1',
    metadata: { gift: true },
  });

async function createPaidOrder(): Promise<string> {
  const { id: orderId } = await placeWithTexts();
  const payment = await commerce.createPayment({ orderId, provider: 'mock' });
  await shop.sendWebhook('CAPTURED', payment);
  return orderId;
}
const dispatch = async (orderId: string) => {
  const ready = (await commerce.listShipments({ orderId })).filter(({ status }) => status === 'READY');
  const { id: shipmentId } = first(ready);
  await commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: randomUUID() });
  return shipmentId;
};
const oneUnit = [{ lineNo: 1, quantity: 1 }];
async function createDeliveredOrder(): Promise<string> {
  const orderId = await createPaidOrder();
  await commerce.deliverShipment({ shipmentId: await dispatch(orderId) });
  return orderId;
}
async function takeUnitBack(orderId: string): Promise<string> {
  const { id: returnId } = await commerce.requestReturn({ orderId, lines: oneUnit });
  await commerce.approveReturn({ returnId });
  await commerce.receiveReturn({ returnId, lines: [{ lineNo: 1, restockQty: 1 }] });
  return returnId;
}
async function replaceUnit(orderId: string): Promise<string> {
  await commerce.replaceReturn({ returnId: await takeUnitBack(orderId), lines: oneUnit });
  return orderId;
}
const updateNow = async (orderId: string, texts: object, owner: object = {}) => {
  const { version: expectedVersion } = await commerce.getOrder({ orderId });
  return commerce.updateOrder({ orderId, expectedVersion, ...texts, ...owner });
};

test('an update changes what it names, keeps the rest, and is in the history without the texts', async () => {
  const { id: orderId, version } = await placeWithTexts();
  const moved = { ...shippingAddress, line1: '2 Lane' };
  const updated = await commerce.updateOrder({ orderId, expectedVersion: version, shippingAddress: moved });
  expect(updated).toMatchObject({ shippingAddress: moved, contact, reference: 'cart-1', version: version + 1 });
  expect(await commerce.getOrder({ orderId })).toEqual(updated);
  await updateNow(orderId, { contact: { name: 'Bo' }, reference: 'cart-2', metadata: { gift: false } });
  expect(await commerce.getOrder({ orderId })).toMatchObject({
    shippingAddress: moved,
    contact: { name: 'Bo' },
    reference: 'cart-2',
    metadata: { gift: false },
    totalAmount: updated.totalAmount,
  });
  const { items } = await commerce.orderHistory({ orderId });
  expect(items.filter(({ type }) => type === 'order.updated').map(({ facts }) => facts['changed'])).toEqual([
    ['shippingAddress'],
    ['contact', 'reference', 'metadata'],
  ]);
  expect(JSON.stringify(items)).not.toMatch(/Lane|Bo\b|cart-2/);
});

test('an update that changes nothing records nothing', async () => {
  const order = await placeWithTexts();
  expect(await updateNow(order.id, { contact, reference: 'cart-1' })).toEqual(order);
});

test('an update of an order that has changed since is refused with its version', async () => {
  const { id: orderId, version } = await placeWithTexts();
  await commerce.createPayment({ orderId, provider: 'mock' });
  await expect(commerce.updateOrder({ orderId, expectedVersion: version, reference: 'late' })).rejects.toMatchObject({
    code: 'order_changed',
    details: { version: expect.any(Number) },
  });
  expect((await commerce.getOrder({ orderId })).reference).toBe('cart-1');
});

test('of twenty updates of one version at once, one is made', async () => {
  const { id: orderId, version } = await placeWithTexts();
  const codes = await Promise.all(
    Array.from({ length: 20 }, async (_, index) =>
      errorCodeOf(commerce.updateOrder({ orderId, expectedVersion: version, reference: `by ${index}` })),
    ),
  );
  expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
  expect(new Set(codes)).toEqual(new Set(['accepted', 'order_changed']));
});

test('a paid order can be changed until its first parcel has left', async () => {
  const orderId = await createPaidOrder();
  expect(await updateNow(orderId, { reference: 'paid' })).toMatchObject({ status: 'PAID', reference: 'paid' });
  await dispatch(orderId);
  expect(await errorCodeOf(updateNow(orderId, { reference: 'gone' }))).toBe('order_not_changeable');
});

test('a canceled order can not be changed', async () => {
  const { id: orderId } = await placeWithTexts();
  await commerce.cancelOrder({ orderId });
  expect(await errorCodeOf(updateNow(orderId, { reference: 'x' }))).toBe('order_not_changeable');
});

test('the country of an order stays, and an order without an address may get one', async () => {
  const { id: orderId } = await placeWithTexts();
  const abroad = { ...shippingAddress, country: 'AT' };
  expect(await errorCodeOf(updateNow(orderId, { shippingAddress: abroad }))).toBe('country_not_changeable');
  const order = await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
  expect(await updateNow(order.id, { shippingAddress: abroad })).toMatchObject({ shippingAddress: abroad });
});

test('a customer changes no order of another customer', async () => {
  const { id: orderId } = await placeWithTexts();
  expect(await errorCodeOf(updateNow(orderId, { reference: 'x' }, { customerId: 'customer-2' }))).toBe(
    'order_not_found',
  );
  expect(await updateNow(orderId, { reference: 'x' }, { customerId: 'customer-1' })).toMatchObject({ reference: 'x' });
});

describe('the contact and the address of an order', () => {
  test.each<[string, () => Promise<string>]>([
    [
      'that was canceled',
      async () => {
        const { id: orderId } = await placeWithTexts();
        await commerce.cancelOrder({ orderId });
        return orderId;
      },
    ],
    [
      'that has expired',
      async () => {
        const { id: orderId } = await placeWithTexts();
        await shop.expireTestOrder(orderId);
        return orderId;
      },
    ],
    [
      'that was delivered',
      async () => {
        const orderId = await createPaidOrder();
        await commerce.deliverShipment({ shipmentId: await dispatch(orderId) });
        return orderId;
      },
    ],
  ])('%s are erased, and stay so', async (_, createOrder) => {
    const orderId = await createOrder();
    const redacted = await commerce.redactOrder({ orderId });
    expect(redacted).toMatchObject({ contact: null, shippingAddress: null, reference: 'cart-1' });
    expect(await commerce.redactOrder({ orderId })).toEqual(redacted);
    expect(await commerce.getOrder({ orderId })).toEqual(redacted);
    const { rows } = await shop.database.pool.query(
      `select count(*)::int as n from commerce.orders o where o.id = $1 and o::text like '%mail.example%'`,
      [orderId],
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  test('of a delivered order are erased with the reasons of its returns, also when those come later', async () => {
    const orderId = await createPaidOrder();
    await commerce.deliverShipment({ shipmentId: await dispatch(orderId) });
    const request = async () =>
      commerce.requestReturn({ orderId, lines: [{ lineNo: 1, quantity: 1 }], reason: 'call Ana on 0170 1234' });
    const changes = async () => {
      const { items } = await commerce.orderHistory({ orderId });
      return items.filter(({ type }) => type === 'order.redacted').map(({ facts }) => facts['changed']);
    };
    const first = await request();
    await commerce.redactOrder({ orderId });
    expect(await commerce.getReturn({ returnId: first.id })).toMatchObject({ status: 'REQUESTED', reason: null });
    const second = await request();
    const { version } = await commerce.redactOrder({ orderId });
    expect(await commerce.getReturn({ returnId: second.id })).toMatchObject({ reason: null, orderVersion: version });
    expect(await changes()).toEqual([['contact', 'shippingAddress', 'returnReason'], ['returnReason']]);
    expect((await commerce.redactOrder({ orderId })).version).toBe(version);
  });

  test.each<[string, () => Promise<string>]>([
    ['that waits for its payment', async () => (await placeWithTexts()).id],
    ['that is paid', createPaidOrder],
    [
      'that is on its way',
      async () => {
        const orderId = await createPaidOrder();
        await dispatch(orderId);
        return orderId;
      },
    ],
    ['whose replacement has not left', async () => replaceUnit(await createDeliveredOrder())],
    [
      'whose replacement is on its way',
      async () => {
        const orderId = await replaceUnit(await createDeliveredOrder());
        await dispatch(orderId);
        return orderId;
      },
    ],
    [
      'of which one parcel came back and another one is on its way',
      async () => {
        const orderId = await createPaidOrder();
        const { id: shipmentId } = only(await commerce.listShipments({ orderId }));
        await commerce.splitShipment({ shipmentId, lines: oneUnit });
        await dispatch(orderId);
        await dispatch(orderId);
        await takeUnitBack(orderId);
        expect((await commerce.getOrder({ orderId })).fulfillmentStatus).toBe('PARTIALLY_RETURNED');
        return orderId;
      },
    ],
  ])('%s are not erased', async (_, createOrder) => {
    const orderId = await createOrder();
    expect(await errorCodeOf(commerce.redactOrder({ orderId }))).toBe('order_not_over');
    expect((await commerce.getOrder({ orderId })).contact).toEqual(contact);
  });
});
