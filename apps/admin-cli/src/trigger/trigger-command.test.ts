import { expect, test } from 'vitest';
import { paidOrder } from '../testing/paid-order.ts';
import { useShop } from '../testing/shop.ts';
import { happenings } from './happenings.ts';

const shop = useShop();

async function newOrder() {
  const lines = [{ productId: await shop.api.createProduct({ quantity: 5 }), quantity: 1 }];
  return shop.client.order.create.mutate({ customerId: 'ana', lines });
}

async function sentOrder(): Promise<string> {
  const { orderId } = await paidOrder(shop);
  const [shipment] = (await shop.client.shipment.list.query({ orderId })).items;
  const label = { shipmentId: shipment!.id, carrier: 'Mock Post', trackingNumber: orderId };
  await shop.client.shipment.dispatch.mutate(label);
  return orderId;
}

test.each([
  ['payment.captured', { status: 'PAID' }],
  ['payment.authorized', { status: 'PAID' }],
  ['payment.failed', { status: 'PAYMENT_FAILED' }],
  ['payment.canceled', { status: 'PAYMENT_FAILED' }],
])('trigger %s begins an attempt to pay for the latest unpaid order, and ends it', async (what, expected) => {
  const { id, number } = await newOrder();
  expect(await shop.json('trigger', what)).toMatchObject({ event: what, changed: true, order: { id, ...expected } });
  const shown = await shop.run('orders', 'show', number);
  expect(shown.out).toMatch(new RegExp(`^order +${number}\n`));
});

test('trigger pays another amount than the order’s when it is given one', async () => {
  const { number, totalAmount, currency } = await newOrder();
  expect(currency).toBe('KRW');
  const { order } = await shop.json('trigger', 'payment.captured', '--order', number, '--amount', `${totalAmount - 1}`);
  expect(order).toMatchObject({ needsAttention: 'amount_mismatch' });
});

test('trigger refund.succeeded sends money back at the gateway, which the shop books', async () => {
  const { orderId } = await paidOrder(shop);
  await shop.json('trigger', 'refund.succeeded', '--order', orderId, '--amount', '7.50');
  const { items } = await shop.json('refunds', 'list', '--order', orderId);
  expect(items).toMatchObject([{ status: 'SUCCEEDED', amount: 750, reason: 'gateway' }]);
});

test.each(['won', 'lost'])('trigger opens a dispute, which is then %s', async (end) => {
  const { orderId } = await paidOrder(shop);
  const early = await shop.run('trigger', `dispute.${end}`, '--order', orderId);
  expect(early).toMatchObject({ code: 1, out: '' });
  expect(early.err).toContain('`commerce trigger dispute.opened`');
  await shop.json('trigger', 'dispute.opened', '--order', orderId);
  await shop.json('trigger', `dispute.${end}`, '--order', orderId);
  const { items } = await shop.json('disputes', 'list', '--order', orderId);
  expect(items).toMatchObject([{ status: end.toUpperCase() }]);
});

test('trigger tracking.delivered has the carrier report, which delivers the order', async () => {
  const orderId = await sentOrder();
  const moving = await shop.json('trigger', 'tracking.moving', '--order', orderId);
  expect(moving).toMatchObject({ changed: true });
  const { order } = await shop.json('trigger', 'tracking.delivered', '--order', orderId);
  expect(order).toMatchObject({ fulfillmentStatus: 'DELIVERED' });
  const again = await shop.run('trigger', 'tracking.delivered', '--order', orderId);
  expect(again.err).toContain('is on its way. Send one: `commerce shipments dispatch');
});

test('trigger is refused where no simulator is, with what to do', async () => {
  await newOrder();
  const none = await shop.run('trigger', 'payment.captured', '--simulator', shop.api.url);
  expect(none).toMatchObject({ code: 1, out: '' });
  expect(none.err).toContain(`There is no gateway simulator at ${shop.api.url}`);
  expect(none.err).toContain('dashboards of their own');
});

test('the help of trigger names everything that it can do', async () => {
  const { out } = await shop.run('trigger', '--help');
  for (const [name, { summary }] of Object.entries(happenings)) expect(out).toMatch(new RegExp(`${name} +${summary}`));
});
