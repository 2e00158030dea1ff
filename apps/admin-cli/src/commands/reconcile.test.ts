import { randomUUID } from 'node:crypto';
import { until } from '@commerce-core/api/testing';
import { afterEach, expect, test } from 'vitest';
import { atSimulator, paidOrder } from '../testing/paid-order.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();
const reconcile = () => shop.run('reconcile');
const paymentOf = (paymentId: string) => shop.client.payment.get.query({ paymentId });

// Each test removes the differences that it made, so that the books agree for the next test.
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0)) await one();
});

async function plant(paymentId: string, change: string, back: string): Promise<void> {
  const update = (set: string) =>
    shop.api.database.pool.query(`update commerce.payments set ${set} where id = $1`, [paymentId]);
  undo.push(() => update(back));
  await update(change);
}

test('the books agree on paid, partly captured, refunded, released and unpaid payments', async () => {
  const [whole, part, voided, rejected] = [
    await paidOrder(shop),
    await paidOrder(shop, 'AUTHORIZED'),
    await paidOrder(shop, 'AUTHORIZED'),
    await paidOrder(shop, 'CAPTURED', 2_400),
  ];
  await shop.client.refund.create.mutate({ orderId: whole.orderId, amount: 700 });
  await shop.client.payment.capture.mutate({ paymentId: part.paymentId, amount: 2_000 });
  await shop.client.order.cancel.mutate({ orderId: voided.orderId });
  await shop.client.payment.decideReview.mutate({ paymentId: rejected.paymentId, decision: 'REJECT' });
  await atSimulator(shop, '/dashboard/refunds', { paymentId: whole.paymentId, amount: 300 });
  const { id: orderId } = await shop.client.order.create.mutate({
    customerId: 'bo',
    lines: [{ productId: whole.productId, quantity: 1 }],
  });
  await shop.client.payment.create.mutate({ orderId, provider: 'mock' });
  await until(async () => (await paymentOf(whole.paymentId)).refundedAmount === 1_000);
  await until(async () => (await paymentOf(part.paymentId)).status === 'CAPTURED');
  await until(async () => (await shop.client.refund.list.query({ status: 'SUCCEEDED' })).items.length === 4);
  expect(await reconcile()).toEqual({ code: 0, out: 'Both books agree on 5 payments.\n', err: '' });
  expect(await shop.json('reconcile')).toEqual({ payments: { shop: 5, gateway: 4 }, differences: [] });
});

test('every difference is a row with its amount, in minor units with --json, and exits 1', async () => {
  const { paymentId } = await paidOrder(shop);
  await plant(paymentId, 'refunded_amount = 1', 'refunded_amount = 0');
  const ran = await reconcile();
  expect(ran).toMatchObject({ code: 1, err: '' });
  expect(ran.out).toMatch(new RegExp(`^${paymentId}  refunded +0\\.01 GBP  0\\.00 GBP$`, 'm'));
  expect(ran.out).toMatch(/^1 difference in 1 of \d+ payments\.$/m);
  const forPrograms = await shop.run('reconcile', '--json', '--gateway', `${shop.simulatorUrl}/`);
  expect(forPrograms.code).toBe(1);
  expect(JSON.parse(forPrograms.out).differences).toEqual([
    { paymentId, refundId: null, what: 'refunded', shop: 1, gateway: 0, currency: 'GBP' },
  ]);
});

test('a payment in one book alone is found from both sides, within its provider', async () => {
  const { orderId } = await paidOrder(shop);
  const { items } = await shop.client.payment.list.query({ orderId });
  const { lines } = await shop.client.order.get.query({ orderId });
  const unpaid = await shop.client.order.create.mutate({
    customerId: 'bo',
    lines: [{ productId: lines[0]!.productId!, quantity: 1 }],
  });
  const {
    id: paymentId,
    amount,
    currency,
  } = await shop.client.payment.create.mutate({ orderId: unpaid.id, provider: 'mock' });
  await shop.api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
  const stranger = randomUUID();
  await atSimulator(shop, '/pay', { paymentId: stranger, amount: 5, currency: 'GBP', outcome: 'CAPTURED' });
  const { out, code } = await reconcile();
  expect(code).toBe(1);
  expect(out).toMatch(new RegExp(`^${paymentId}  payment +CAPTURED +missing$`, 'm'));
  expect(out).toMatch(new RegExp(`^${stranger}  payment +missing +CAPTURED$`, 'm'));
  expect(out).not.toContain(items[0]!.id);
  expect(await shop.run('reconcile', '--provider', 'nobody')).toMatchObject({
    code: 0,
    out: 'Both books agree on 0 payments.\n',
  });
});

test('--since leaves out payments from before the gateway’s book began', async () => {
  const { paymentId } = await paidOrder(shop);
  await plant(paymentId, 'refunded_amount = 1', 'refunded_amount = 0');
  const { createdAt } = await paymentOf(paymentId);
  const since = async (time: number) =>
    JSON.parse((await shop.run('reconcile', '--json', '--since', new Date(time).toISOString())).out);
  expect((await since(Date.parse(createdAt))).differences).toMatchObject([
    { paymentId, what: 'refunded' },
    { what: 'payment', shop: null },
  ]);
  expect(await since(Date.parse(createdAt) + 1)).toMatchObject({
    payments: { shop: 0, gateway: 1 },
    differences: [{ what: 'payment', shop: null }],
  });
  expect(await shop.run('reconcile', '--since', 'lunch')).toMatchObject({
    code: 2,
    err: expect.stringContaining('2026-11-01T09:30Z'),
  });
});

test('an address without a simulator is named in the error', async () => {
  const noBook = await shop.run('reconcile', '--gateway', shop.api.url);
  expect(noBook).toMatchObject({ code: 1, out: '', err: expect.stringContaining("has no gateway's book") });
  expect((await shop.run('reconcile', '--gateway', 'http://127.0.0.1:1')).err).toContain(
    'does not answer at http://127.0.0.1:1',
  );
  expect(await shop.run('reconcile', '--gateway', 'nowhere')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--gateway is no address: nowhere.'),
  });
});

test('payments reconcile asks the gateway itself, and exits 1 for a payment that differs', async () => {
  const { paymentId } = await paidOrder(shop);
  const ask = () => shop.run('payments', 'reconcile', '--limit', '1');
  expect(await ask()).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`${paymentId} +AGREES`)) });
  await plant(paymentId, 'refunded_amount = 1', 'refunded_amount = 0');
  const ran = await ask();
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(new RegExp(`${paymentId} +DIFFERS`));
  const forPrograms = JSON.parse((await shop.run('payments', 'reconcile', '--limit', '1', '--json')).out);
  expect(forPrograms.items).toMatchObject([
    { id: paymentId, differences: [{ kind: 'refunded', shop: { amount: 1 }, gateway: { amount: 0 } }] },
  ]);
});
