import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { atSimulator, paidOrder } from '../testing/paid-order.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

const statusOf = async (orderId: string) => (await shop.json('orders', 'show', orderId)).order.status;

test('events of lost webhooks are fetched once from the gateway’s event list', async () => {
  const since = new Date().toISOString().slice(0, 10);
  await atSimulator(shop, '/hostile', { seed: 1, scale: 0, rates: { dropped: 1 } });
  const { orderId } = await paidOrder(shop);
  await atSimulator(shop, '/hostile', { off: true });
  expect(await statusOf(orderId)).toBe('PAYMENT_PENDING');
  const fetched = await shop.run('gateway-events', 'fetch', 'mock', '--since', since);
  expect(fetched).toEqual({ code: 0, err: '', out: `Of what mock lists since ${since}T00:00:00Z, 1 event was new.\n` });
  expect(await statusOf(orderId)).toBe('PAID');
  expect(await shop.json('gateway-events', 'fetch', 'mock', '--since', since)).toEqual({ eventsNew: 0 });
});

test('a gateway that isn’t configured and a future time are refused with the reason', async () => {
  const nobody = await shop.run('gateway-events', 'fetch', 'nobody', '--since', '2026-11-01T09:30+09:00');
  expect(nobody).toMatchObject({ code: 1, out: '', err: expect.stringContaining('(provider_not_configured)') });
  const future = await shop.run('gateway-events', 'fetch', 'mock', '--since', '2999-01-01');
  expect(future).toMatchObject({ code: 1, out: '', err: expect.stringContaining('is in the future') });
});

test.each([[['--since', 'yesterday']], [['--since', '2026-11-01T09:30']], [['--since', '2026-13-01']], [[]]])(
  'a wrong time exits 2 and shows a correct example: %j',
  async (args) => {
    const ran = await shop.run('gateway-events', 'fetch', 'mock', ...args);
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--since') });
  },
);

test('gateway events are listed by outcome', async () => {
  const { paymentId } = await paidOrder(shop);
  const { items } = await shop.json('gateway-events', 'list', '--payment', paymentId);
  expect(items).toMatchObject([{ type: 'CAPTURED', outcome: 'APPLIED', amount: 2500 }]);
  const unknown = randomUUID();
  await atSimulator(shop, '/pay', { paymentId: unknown, amount: 1, currency: 'GBP', outcome: 'CAPTURED' });
  const listed = await shop.run('gateway-events', 'list', '--outcome', 'UNMATCHED', '--provider', 'mock');
  expect(listed.out).toMatch(new RegExp(`^[\\da-f-]{36}  CAPTURED  UNMATCHED +0\\.01 GBP .* ${unknown} `, 'm'));
  expect(listed.out).not.toContain(paymentId);
});
