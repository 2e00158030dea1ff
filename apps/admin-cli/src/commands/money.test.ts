import { randomUUID } from 'node:crypto';
import { until } from '@commerce-core/api/testing';
import { expect, test } from 'vitest';
import { atSimulator, paidOrder } from '../testing/paid-order.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

const paymentOf = (paymentId: string) => shop.json('payments', 'show', paymentId);

test('an authorized payment is captured in part, and every view shows the amounts', async () => {
  const { orderId, paymentId } = await paidOrder(shop, 'AUTHORIZED');
  const tooMuch = await shop.run('payments', 'capture', paymentId, '--amount', '25.01');
  expect(tooMuch).toMatchObject({ code: 1, out: '' });
  expect(tooMuch.err).toContain('(capture_exceeds_authorized)\n  authorized: 25.00 GBP');
  const asked = await shop.run('payments', 'capture', paymentId, '--amount', '20.00');
  expect(asked).toMatchObject({ code: 0, err: expect.stringContaining('asked for it now') });
  await until(async () => (await paymentOf(paymentId)).status === 'CAPTURED');
  expect((await shop.run('payments', 'show', paymentId)).out).toMatch(
    /^authorized +25\.00 GBP\ncaptured +20\.00 GBP$/m,
  );
  const line = new RegExp(`^([\\w-]{9}  )?${paymentId} +(mock +)?CAPTURED +25\\.00 GBP, 20\\.00 GBP captured`, 'm');
  expect((await shop.run('payments', 'list', '--status', 'CAPTURED')).out).toMatch(line);
  expect((await shop.run('orders', 'show', orderId)).out).toMatch(line);
  expect((await shop.run('calls', 'list', '--order', orderId)).out).toMatch(
    new RegExp(`^[\\w-]{9}  ${paymentId}  CAPTURE +DONE +1 `, 'm'),
  );
  expect((await shop.json('payments', 'list', '--provider', 'nobody')).items).toEqual([]);
});

test('the dispatch of what is left captures what it costs, at the gateway too', async () => {
  const { orderId, paymentId } = await paidOrder(shop, 'AUTHORIZED', 2_500, 'DISPATCH');
  await shop.json('orders', 'cancel-lines', '--yes', orderId, '1=1');
  expect((await shop.run('payments', 'show', paymentId)).out).toMatch(/^to capture +12\.50 GBP$/m);
  const [shipment] = (await shop.json('shipments', 'list', orderId)).items;
  await shop.json('shipments', 'dispatch', shipment.id, 'DHL', paymentId);
  await until(async () => (await paymentOf(paymentId)).status === 'CAPTURED');
  expect(await paymentOf(paymentId)).toMatchObject({ capturedAmount: 1_250, releasedAmount: 1_250 });
  expect((await shop.run('reconcile')).out).not.toContain(paymentId);
});

test('an operator accepts a payment of another amount, or sends it back', async () => {
  const [taken, back] = [await paidOrder(shop, 'AUTHORIZED', 2_400), await paidOrder(shop, 'AUTHORIZED', 2_400)];
  expect((await shop.run('payments', 'list', '--status', 'REVIEW')).out).toMatch(
    new RegExp(`^[\\w-]{9}  ${taken.paymentId}  REVIEW +25\\.00 GBP, 24\\.00 GBP came`, 'm'),
  );
  expect(await shop.json('payments', 'decide', '--yes', taken.paymentId, 'accept')).toMatchObject({
    status: 'AUTHORIZED',
    amount: 2_400,
  });
  const rejected = await shop.run('payments', 'decide', '--yes', back.paymentId, 'reject');
  expect(rejected.out).toMatch(/^status +AUTHORIZED surplus$/m);
  expect(rejected.out).toMatch(/^came +24\.00 GBP$/m);
  expect(rejected.out).not.toMatch(/^asked/m);
  expect((await shop.run('payments', 'decide', '--yes', back.paymentId, 'accept')).err).toContain(
    '(invalid_transition)',
  );
  const wrong = await shop.run('payments', 'decide', '--yes', back.paymentId, 'perhaps');
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('accept, reject') });
});

test('orders show says what to do about a lost authorization, until a new attempt is approved', async () => {
  const { orderId, paymentId } = await paidOrder(shop, 'AUTHORIZED');
  const lost = { type: 'CANCELED', paymentId, amount: 2_500, currency: 'GBP' };
  expect(await shop.api.sendWebhook(lost)).toMatchObject({ status: 200, body: { effect: 'authorization_lost' } });
  const show = async () => (await shop.run('orders', 'show', orderId)).out;
  expect(await show()).toMatch(
    /^to do +the gateway released the payment.*pays again.*payments create.*orders cancel/ms,
  );
  const again = await shop.client.payment.create.mutate({ orderId, provider: 'mock' });
  expect(again).toMatchObject({ status: 'CREATED', amount: 2_500, next: { provider: 'mock' } });
  await atSimulator(shop, '/pay', { paymentId: again.id, amount: 2_500, currency: 'GBP', outcome: 'AUTHORIZED' });
  expect(await show()).not.toContain('to do');
  await expect(shop.client.payment.create.mutate({ orderId, provider: 'mock' })).rejects.toMatchObject({
    data: { httpStatus: 409, commerce: { code: 'invalid_transition' } },
  });
});

test('a refund of an authorized payment is refused with the command that captures it', async () => {
  const { orderId, paymentId } = await paidOrder(shop, 'AUTHORIZED');
  const create = () => shop.run('refunds', 'create', '--yes', orderId, '--line', '1:2', '--restock');
  const refused = await create();
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toMatch(/authorized only: capture it first, or cancel the order \(refund_exceeds_balance\)$/m);
  const [, line = ''] = /^Capture the payment first: `commerce (.*)`\.$/m.exec(refused.err) ?? [];
  expect(line).toBe(`payments capture ${paymentId}`);
  expect(await shop.run(...line.split(' '))).toMatchObject({ code: 0 });
  await until(async () => (await paymentOf(paymentId)).status === 'CAPTURED');
  expect(await create()).toMatchObject({ code: 0, out: expect.stringContaining('25.00 GBP') });
});

test('payments poll makes the gateway’s call due', async () => {
  const { orderId, paymentId } = await paidOrder(shop);
  expect((await shop.run('payments', 'poll', paymentId)).out).toBe(
    `mock will be asked about the payment ${paymentId}.\n`,
  );
  await until(
    async () => (await shop.json('calls', 'list', '--order', orderId, '--status', 'DONE')).items.length === 1,
  );
  expect((await shop.run('calls', 'list', '--order', orderId)).out).toMatch(
    new RegExp(`^[\\w-]{9}  ${paymentId}  POLL +DONE`, 'm'),
  );
});

test('refunds work by lines, by amount and for the rest, and never exceed the balance', async () => {
  const { orderId, paymentId, productId } = await paidOrder(shop);
  const refund = await shop.run('refunds', 'create', '--yes', orderId, '--line', '1:1', '--restock');
  expect(refund.out).toMatch(/^status +REQUESTED\namount +12\.50 GBP\nreason +requested$/m);
  expect(await shop.api.readStock(productId)).toEqual([9, 0]);
  await shop.json('refunds', 'create', '--yes', orderId, '--amount', '2.50');
  const tooMuch = await shop.run('refunds', 'create', '--yes', orderId, '--amount', '10.01');
  expect(tooMuch.err).toContain(
    '(refund_exceeds_balance)\n  left to refund: 10.00 GBP\n' +
      'Refund at most what is left; `commerce orders show ORDER` ',
  );
  const tooMany = await shop.run('refunds', 'create', '--yes', orderId, '--line', '1:2');
  expect(tooMany.err).toContain('(units_not_refundable)\n  line 1: 1 left');
  await shop.json('refunds', 'create', '--yes', orderId);
  await until(async () => (await paymentOf(paymentId)).refundedAmount === 2_500);
  const listed = await shop.run('refunds', 'list', '--order', orderId, '--status', 'SUCCEEDED');
  expect([...listed.out.matchAll(/SUCCEEDED +(\d+\.\d\d) GBP +requested/g)].map(([, amount]) => amount)).toEqual([
    '10.00',
    '2.50',
    '12.50',
  ]);
  expect((await shop.run('orders', 'show', orderId)).out).toMatch(/25\.00 GBP captured, 25\.00 GBP refunded$/m);
});

test.each([
  [['refunds', 'create', '--yes', '0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90', '--restock'], '--line 1:2 --restock'],
  [['refunds', 'create', '--yes', 'x', '--line', '1'], 'for instance 1:2'],
  [['refunds', 'create', '--yes', 'x', '--line', '1:0'], 'at least 1'],
  [['refunds', 'list', '--status', 'GONE'], 'Allowed choices'],
  [['calls', 'list', '--status', 'LATE'], 'Allowed choices'],
])('a wrong call ends with 2 and says what would be right: %j', async (args, says) => {
  expect(await shop.run(...args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(says) });
});

test('a dispute is listed, and shown with its order', async () => {
  const { orderId, paymentId } = await paidOrder(shop);
  const { disputes } = await atSimulator(shop, '/dashboard/disputes', { paymentId, amount: 700 });
  await until(async () => (await shop.json('disputes', 'list', '--order', orderId)).items.length === 1);
  const listed = await shop.run('disputes', 'list', '--status', 'OPEN');
  expect(listed.out).toMatch(new RegExp(`^[\\w-]{9}  OPEN +7\\.00 GBP  ${disputes[0].id}`, 'm'));
  expect((await shop.run('orders', 'show', orderId)).out).toMatch(
    new RegExp(`^Disputes\n.*\n.* OPEN +${disputes[0].id} +7\\.00 GBP$`, 'm'),
  );
});

test('what an open dispute is about is refunded when the operator says so', async () => {
  const { orderId, paymentId } = await paidOrder(shop);
  await atSimulator(shop, '/dashboard/disputes', { paymentId });
  await until(async () => (await shop.json('disputes', 'list', '--order', orderId)).items.length === 1);
  const refused = await shop.run('refunds', 'create', '--yes', orderId);
  expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/dispute_open[^]*--despite-dispute/) });
  expect(await shop.json('refunds', 'create', '--yes', orderId, '--despite-dispute')).toMatchObject({
    status: 'REQUESTED',
  });
});

test('a waiting event is shown with its body, redriven and dismissed', async () => {
  const paymentId = randomUUID();
  await atSimulator(shop, '/pay', { paymentId, amount: 1, currency: 'GBP', outcome: 'AUTHORIZED' });
  const [{ id }] = (await shop.json('gateway-events', 'list', '--payment', paymentId)).items;
  const shown = await shop.run('gateway-events', 'show', id);
  expect(shown.out).toMatch(/^outcome +UNMATCHED$/m);
  expect(shown.out).toMatch(new RegExp(`\nBody\n.*"paymentId":"${paymentId}"`));
  expect((await shop.run('gateway-events', 'redrive', id)).out).toMatch(/^outcome +RECEIVED$/m);
  await until(async () => (await shop.json('gateway-events', 'show', id)).outcome === 'UNMATCHED');
  expect(await shop.json('gateway-events', 'dismiss', '--yes', id)).toMatchObject({ outcome: 'DISMISSED' });
  expect((await shop.run('gateway-events', 'dismiss', '--yes', id)).err).toContain('(invalid_transition)');
  expect((await shop.run('gateway-events', 'show', randomUUID())).err).toContain('(gateway_event_not_found)');
});
