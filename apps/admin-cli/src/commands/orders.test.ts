import { randomUUID } from 'node:crypto';
import { createClient } from '@commerce-core/client';
import { expect, test } from 'vitest';
import { payAtSimulator } from '../replay/simulator.ts';
import { readOrder, renderOrder } from '../show/show-order.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

async function newProduct(units: number): Promise<string> {
  const sku = `SKU-${randomUUID()}`;
  await shop.json('products', 'create', sku, 'Blue mug', '12.50', 'GBP');
  await shop.json('stock', 'receive', sku, String(units));
  return sku;
}

async function paidOrder(customer: string, units = 2): Promise<{ orderId: string; sku: string; paymentId: string }> {
  const sku = await newProduct(10);
  const { id: orderId } = await shop.json('orders', 'create', `${sku}=${units}`, '--customer', customer);
  const { id: paymentId, amount, currency } = await shop.client.payment.create.mutate({ orderId, provider: 'mock' });
  expect(await payAtSimulator(shop.simulatorUrl, { paymentId, amount, currency })).toBe(true);
  return { orderId, sku, paymentId };
}

test('an order is placed by skus, shown and canceled', async () => {
  const sku = await newProduct(5);
  const order = await shop.json(
    'orders',
    'create',
    `${sku}=2`,
    `${sku}=1`,
    '--customer',
    'ana',
    '--reference',
    'by phone',
  );
  expect(order).toMatchObject({ status: 'CREATED', totalAmount: 3750, customerId: 'ana', reference: 'by phone' });
  expect(order.lines).toMatchObject([{ sku, quantity: 3 }]);

  const shown = await shop.run('orders', 'show', order.id);
  expect(shown.out).toMatch(/^total +37\.50 GBP$/m);
  expect(shown.out).toMatch(/^reserved until +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m);
  expect(shown.out).toMatch(new RegExp(`${sku} +Blue mug +3 +12\\.50 GBP +37\\.50 GBP`));
  expect(shown.out).toContain('order.created');

  expect(await shop.json('orders', 'cancel', '--yes', order.id)).toMatchObject({ status: 'CANCELED' });
  const again = await shop.run('orders', 'cancel', '--yes', order.id);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain('(invalid_transition)');
});

test('orders show prints what the lines of a discounted order cost, and only of such an order', async () => {
  const { orderId } = await paidOrder('ana');
  expect((await shop.run('orders', 'show', orderId)).out).not.toContain('DISCOUNT');
  const whole = await readOrder(shop.client, orderId);
  const [mug] = whole.order.lines;
  const discounted = { ...mug!, discountAmount: -250, taxAmount: 19, paidAmount: 2_269 };
  const discount = { ...mug!, lineNo: 2, kind: 'DISCOUNT' as const, sku: null, name: 'Welcome', quantity: 1 };
  const order = { ...whole.order, lines: [discounted, { ...discount, unitAmount: -250, amount: -250, paidAmount: 0 }] };
  const printed = renderOrder({ ...whole, order }, { width: 140, stream: process.stdout });
  expect(printed).toMatch(/ AMOUNT +DISCOUNT +TAX +PAID *$/m);
  expect(printed).toMatch(/ 25\.00 GBP +-2\.50 GBP +0\.19 GBP +22\.69 GBP$/m);
  expect(printed).toMatch(/DISCOUNT +Welcome +1 +-2\.50 GBP +-2\.50 GBP *$/m);
});

test('a shortage shows the requested and the sellable units of each product, by its sku', async () => {
  const sku = await newProduct(5);
  const refused = await shop.run('orders', 'create', `${sku}=6`, '--customer', 'ana');
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain(`(insufficient_stock)\n  ${sku}: 6 requested, 5 left\n`);
  await shop.run('products', 'archive', '--yes', sku);
  const gone = await shop.run('orders', 'create', `${sku}=1`, '--customer', 'ana');
  expect(gone.err).toContain(`(product_not_found)\n  ${sku}\n`);
});

test('an order is paid, shipped and delivered, and orders show prints all of it', async () => {
  const { orderId, paymentId } = await paidOrder(`customer-${randomUUID()}`);
  const { items } = await shop.json('shipments', 'list', orderId);
  const [{ id: shipmentId }] = items;
  expect(items).toMatchObject([{ status: 'READY' }]);
  expect(await shop.json('shipments', 'dispatch', shipmentId, 'Royal Mail', 'RM1')).toMatchObject({
    status: 'SHIPPED',
  });
  expect(await shop.json('shipments', 'in-transit', shipmentId)).toMatchObject({ status: 'IN_TRANSIT' });
  expect((await shop.run('shipments', 'deliver', shipmentId)).out).toMatch(/^status +DELIVERED$/m);

  const shown = await shop.run('orders', 'show', orderId);
  for (const part of ['Lines', 'Payments', 'Shipments', 'History'])
    expect(shown.out).toMatch(new RegExp(`^${part}$`, 'm'));
  expect(shown.out).toMatch(new RegExp(`^${paymentId} +mock +CAPTURED +25\\.00 GBP, 25\\.00 GBP captured$`, 'm'));
  expect(shown.out).toMatch(new RegExp(`^${shipmentId} +DELIVERED +2 +Royal Mail RM1$`, 'm'));
  expect(shown.out).toContain('shipment.delivered');
  expect((await shop.json('orders', 'show', orderId)).history.length).toBeGreaterThanOrEqual(6);

  const late = await shop.run('orders', 'cancel', '--yes', orderId);
  expect(late.code).toBe(1);
});

test('canceling a paid order refunds it, and orders show prints the refund', async () => {
  const { orderId } = await paidOrder('bo');
  await shop.json('orders', 'cancel', '--yes', orderId);
  const shown = await shop.run('orders', 'show', orderId);
  expect(shown.out).toMatch(/^Refunds$/m);
  expect(shown.out).toMatch(/(REQUESTED|SUBMITTED|SUCCEEDED) +order_canceled +25\.00 GBP/);
});

test('orders are found by customer and status; a shipped order shows how far its parcels are', async () => {
  const customer = `customer-${randomUUID()}`;
  const { orderId } = await paidOrder(customer);
  const listed = await shop.run('orders', 'list', '--customer', customer, '--status', 'PAID');
  expect(listed.out).toMatch(new RegExp(`^[\\w-]{9}  PAID +25\\.00 GBP +${customer} .* ${orderId}$`, 'm'));
  const [{ id: shipmentId }] = (await shop.json('shipments', 'list', orderId)).items;
  await shop.json('shipments', 'dispatch', shipmentId, 'Royal Mail', 'RM2');
  expect((await shop.run('orders', 'list', '--customer', customer)).out).toMatch(
    new RegExp(`^[\\w-]{9}  SHIPPED .* ${orderId}$`, 'm'),
  );
  expect((await shop.json('orders', 'list', '--customer', customer, '--status', 'CANCELED')).items).toEqual([]);
});

test('orders that need attention are listed, and cleared', async () => {
  const sku = await newProduct(10);
  const { id: orderId } = await shop.json('orders', 'create', `${sku}=1`, '--customer', 'ana');
  const payment = await shop.client.payment.create.mutate({ orderId, provider: 'mock' });
  await payAtSimulator(shop.simulatorUrl, {
    paymentId: payment.id,
    amount: payment.amount - 1,
    currency: payment.currency,
  });
  expect((await shop.run('orders', 'list', '--attention')).out).toMatch(
    new RegExp(`^[\\w-]{9}  PAYMENT_PENDING ! amount_mismatch .* ${orderId}$`, 'm'),
  );
  const shown = (await shop.run('orders', 'show', orderId)).out.replaceAll(/\s+/g, ' ');
  expect(shown).toContain(`to do decide on a payment in REVIEW (\`commerce payments decide ${payment.id} accept\``);
  expect(await shop.json('orders', 'clear-attention', orderId)).toMatchObject({ needsAttention: null });
  expect((await shop.run('orders', 'list', '--attention', '--all')).out).not.toContain(orderId);
});

test.each(['show', 'cancel', 'clear-attention'])(
  'orders %s exits 1 for an unknown order and for a text that names none',
  async (command) => {
    const yes = command === 'cancel' ? ['--yes'] : [];
    const unknown = await shop.run('orders', command, randomUUID(), ...yes);
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.err).toContain('(order_not_found)');
    const noId = await shop.run('orders', command, 'one', ...yes);
    expect(noId).toMatchObject({ code: 1, out: '' });
    expect(noId.err).toBe(
      'error: There is no order one. Give its id, number or reference, ' +
        'or the beginning of its id: 4 characters or more.\n',
    );
  },
);

test('a token lets a program act as its customer and as no other customer', async () => {
  const { orderId } = await paidOrder('ana of the token');
  const printed = await shop.run('token', 'ana of the token', '--expires', '5m');
  expect(printed.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const ana = createClient({ url: shop.api.url, token: printed.out.trim() });
  expect(await ana.order.get.query({ orderId })).toMatchObject({ id: orderId });
  const { token, expiresAt } = await shop.json('token', 'bo');
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(3_500_000);
  await expect(createClient({ url: shop.api.url, token }).order.get.query({ orderId })).rejects.toThrow(
    'no such order',
  );
});

test('units of a paid order are canceled by line, and shown', async () => {
  const { orderId, sku } = await paidOrder('ana of the lines');
  const canceled = await shop.json('orders', 'cancel-lines', '--yes', orderId, '1=1', '--reason', 'out of stock');
  expect(canceled).toMatchObject({ status: 'PAID', lines: [{ canceledQty: 1 }] });
  expect((await shop.run('orders', 'show', orderId)).out).toMatch(/UNITS +CANCELED[\s\S]*order\.lines_canceled/);
  expect(await shop.json('stock', 'show', sku)).toMatchObject({ unshippedQty: 1 });
  const refused = await shop.run('orders', 'cancel-lines', '--yes', orderId, '1=2');
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.err).toContain('commerce shipments list');
  const unclear = await shop.run('orders', 'cancel-lines', '--yes', orderId, '1:1');
  expect(unclear).toMatchObject({ code: 2 });
  expect(unclear.err).toContain('1=2');
});

test('an order’s contact and address are changed, and erased when it is over', async () => {
  const order = await shop.json('orders', 'create', `${await newProduct(5)}=1`, '--customer', 'ana');
  const address = { name: 'Bo', line1: '1 Road', country: 'HK' };
  const changed = await shop.json(
    'orders',
    'update',
    order.id,
    '--email',
    'bo@mail.example',
    '--address',
    JSON.stringify(address),
  );
  expect(changed).toMatchObject({ contact: { email: 'bo@mail.example' }, shippingAddress: address });
  const refused = await shop.run('orders', 'redact', '--yes', order.id);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.err).toContain('commerce orders cancel');
  await shop.json('orders', 'cancel', '--yes', order.id);
  expect(await shop.json('orders', 'redact', '--yes', order.id)).toMatchObject({
    contact: null,
    shippingAddress: null,
  });
});

test('orders are listed by the filters that are given', async () => {
  const sku = await newProduct(10);
  const reference = `ref-${randomUUID()}`;
  const { id } = await shop.json('orders', 'create', `${sku}=1`, '--customer', 'zoe', '--reference', reference);
  const ids = async (...options: string[]) =>
    (await shop.json('orders', 'list', ...options)).items.map((order: { id: string }) => order.id);
  expect(await ids('--sku', sku, '--status', 'CREATED', '--since', '2026-01-01', '--sort', 'oldest')).toEqual([id]);
  expect(await ids('--reference', reference, '--customer', 'zoe')).toEqual([id]);
  expect(await ids('--sku', sku, '--fulfillment', 'SHIPPED')).toEqual([]);
  expect(await ids('--sku', sku, '--payment', 'CAPTURED')).toEqual([]);
  await expect.poll(async () => ids('--q', reference.slice(0, 12)), { timeout: 30_000 }).toEqual([id]);
  expect(await shop.run('orders', 'list', '--status', 'LOST')).toMatchObject({ code: 2 });
});

test('stats count the orders, and sales add up what was paid', async () => {
  const { orders: before } = await shop.json('stats');
  await paidOrder('ana', 2);
  await expect.poll(async () => (await shop.json('stats')).orders, { timeout: 30_000 }).toBe(before + 1);
  const today = new Date().toISOString().slice(0, 10);
  const { items } = await shop.json('sales', '--from', today, '--to', today, '--currency', 'GBP');
  expect(items).toMatchObject([{ day: today, currency: 'GBP' }]);
  expect(items[0].netAmount).toBe(items[0].grossAmount - items[0].refundAmount);
  expect(items[0].orders).toBeGreaterThan(0);
  expect((await shop.run('sales', '--from', today)).out).toMatch(/GIVEN BACK/);
  expect((await shop.run('stats')).out).toMatch(/^\d+ orders, \d+ of them need an operator$/m);
});

test('a note is kept with an order, and shown with its author', async () => {
  const { orderId } = await paidOrder('ana');
  expect(await shop.json('orders', 'note', orderId, 'Ana is home after six.')).toMatchObject({ id: orderId });
  const { out } = await shop.run('orders', 'show', orderId);
  expect(out).toMatch(/order\.noted +\S/);
  expect(out).toMatch(/^ *\d+ +Ana is home after six\.$/m);
  expect(await shop.run('orders', 'note', orderId, '')).toMatchObject({ code: 2 });
});

test('sign-in prints a link that signs in at the page', async () => {
  const { link, expiresAt } = await shop.json('sign-in');
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/admin\/sign-in#[\w-]{43}$/);
  expect(new Date(expiresAt).getTime()).toBeGreaterThan(Date.now());
});
