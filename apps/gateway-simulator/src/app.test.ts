import { expect, test } from 'vitest';
import { Webhook } from 'standardwebhooks';
import type { SimulatorOptions } from './app.ts';
import { createSimulator } from './app.ts';
import type { BookEntry } from './book.ts';
import type { Reply } from './shop.testing.ts';
import { applied, startTestShop, until } from './shop.testing.ts';
import { quickDelivery, webhookSecret as secret } from './simulator.testing.ts';

const paying = { paymentId: 'pay-1', amount: 1250, currency: 'GBP', outcome: 'AUTHORIZED' };

function createTestSimulator(webhookUrl: string, options: Partial<SimulatorOptions> = {}) {
  const simulator = createSimulator({ webhookUrl, secret, delivery: quickDelivery, ...options });
  const request = async (path: string, init?: RequestInit) => {
    const response = await simulator.app.request(path, init);
    return { status: response.status, body: (await response.json()) as any };
  };
  const pay = (input: unknown) =>
    request('/pay', { method: 'POST', body: typeof input === 'string' ? input : JSON.stringify(input) });
  const book = async (paymentId: string) => (await request(`/book/${paymentId}`)).body as BookEntry;
  return { ...simulator, request, pay, book };
}

test('a shopper who pays is charged, and the shop receives a signed webhook', async () => {
  const shop = await startTestShop(() => applied);
  const { pay, book } = createTestSimulator(shop.url);
  const answer = await pay(paying);

  expect(answer.status).toBe(200);
  expect(shop.received).toHaveLength(1);
  const { headers, body } = shop.received[0]!;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
    type: 'AUTHORIZED',
    paymentId: 'pay-1',
    amount: 1250,
    currency: 'GBP',
  });
  expect(headers['webhook-id']).toBe(answer.body.event.id);
  const payment = await book('pay-1');
  expect(payment.charged).toMatchObject({ amount: 1250, currency: 'GBP' });
  expect(payment.events).toEqual([answer.body.event]);
  expect(payment.events[0]).toMatchObject({ state: 'DELIVERED', attempts: [{ status: 200, outcome: 'APPLIED' }] });
});

test('a failed payment charges nothing, and its webhook has the failure code', async () => {
  const shop = await startTestShop(() => applied);
  const { pay, book } = createTestSimulator(shop.url);
  await pay({ ...paying, outcome: 'FAILED', failureCode: 'card_declined' });
  expect(JSON.parse(shop.received[0]!.body)).toMatchObject({ type: 'FAILED', failureCode: 'card_declined' });
  expect((await book('pay-1')).charged).toBeNull();
});

test('paying twice sends two events and charges once', async () => {
  const shop = await startTestShop(() => applied);
  const { pay, book, request } = createTestSimulator(shop.url);
  const first = await pay(paying);
  const second = await pay(paying);
  expect(first.body.event.id).not.toBe(second.body.event.id);
  expect((await book('pay-1')).events).toHaveLength(2);
  expect((await request('/book')).body.totals).toMatchObject({ payments: 1, charged: { GBP: 1250 } });
});

test('a repeated event keeps its id and its body', async () => {
  const shop = await startTestShop(() => applied);
  const { pay, book } = createTestSimulator(shop.url);
  await pay({ ...paying, repeat: 50 });
  await until(async () => (await book('pay-1')).events[0]!.attempts.length === 50);
  expect(new Set(shop.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect(new Set(shop.received.map(({ body }) => body)).size).toBe(1);
});

test.each<[string, Reply]>([
  ['an error status', { status: 500 }],
  ['a rejection', { status: 400, body: '{"code":"invalid_signature"}' }],
  ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
  ['a broken connection', 'hang up'],
  ['a response that is not JSON', { status: 503, body: '<html>' }],
])('after %s the delivery is retried with the same id and a fresh signature', async (_, failure) => {
  const shop = await startTestShop((_received, number) => (number < 3 ? failure : applied));
  const { pay, book } = createTestSimulator(shop.url);
  await pay(paying);
  await until(async () => (await book('pay-1')).events[0]!.state === 'DELIVERED');
  expect(shop.received).toHaveLength(3);
  expect(new Set(shop.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  for (const { headers, body } of shop.received) {
    new Webhook(secret).verify(body, headers as Record<string, string>);
  }
});

test('a delivery without a response fails after its timeout and is retried', async () => {
  const shop = await startTestShop((_received, number) => (number === 1 ? new Promise<never>(() => {}) : applied));
  const { pay, book } = createTestSimulator(shop.url, {
    delivery: { ...quickDelivery, timeoutMs: 50, attemptsMax: 1_000 },
  });
  await pay(paying);
  const { attempts } = (await book('pay-1')).events[0]!;
  expect(attempts[0]).toMatchObject({ status: null, error: 'no answer within 50 ms' });
  // On a busy machine the shop's responses may come too late, too.
  expect(attempts.at(-1)).toMatchObject({ status: 200 });
});

test('an event that the shop never accepts is given up after a bounded number of attempts', async () => {
  const shop = await startTestShop(() => 'hang up');
  const { pay, request } = createTestSimulator(shop.url);
  const answer = await pay(paying);
  expect(answer.body.event.state).toBe('GIVEN_UP');
  expect(answer.body.event.attempts).toHaveLength(quickDelivery.attemptsMax);
  expect((await request('/book')).body.totals.events).toEqual({ PENDING: 0, DELIVERED: 0, GIVEN_UP: 1, DROPPED: 0 });
});

test('with wait: false the response comes before the shop has received the event', async () => {
  const responded = Promise.withResolvers<Reply>();
  const shop = await startTestShop(() => responded.promise);
  const { pay, book } = createTestSimulator(shop.url);
  const answer = await pay({ ...paying, wait: false });
  expect(answer.status).toBe(202);
  expect(answer.body.event.state).toBe('PENDING');
  responded.resolve(applied);
  await until(async () => (await book('pay-1')).events[0]!.state === 'DELIVERED');
});

test('a payment with a delayed event is charged at once, and its event is delivered later', async () => {
  const shop = await startTestShop(() => applied);
  const { pay, book } = createTestSimulator(shop.url);
  const paid = Date.now();
  const answer = pay({ ...paying, delayMs: 100 });
  await until(async () => (await book('pay-1')).charged?.amount === 1250);
  expect(shop.received).toHaveLength(0);
  expect((await answer).body.event.state).toBe('DELIVERED');
  expect(Date.now() - paid).toBeGreaterThanOrEqual(95);
});

test.each<[string, unknown]>([
  ['a body that is not JSON', '{"paymentId":'],
  ['an array', '[]'],
  ['an empty object', {}],
  ['a fractional amount', { ...paying, amount: 12.5 }],
  ['a negative amount', { ...paying, amount: -1 }],
  ['an amount beyond exact integers', { ...paying, amount: 2 ** 53 }],
  ['an amount as text', { ...paying, amount: '1250' }],
  ['an invalid currency', { ...paying, currency: 'gbp' }],
  ['an unknown outcome', { ...paying, outcome: 'SHIPPED' }],
  ['a failure code with a successful outcome', { ...paying, failureCode: 'card_declined' }],
  ['too many repetitions', { ...paying, repeat: 101 }],
  ['an unknown field', { ...paying, outcom: 'FAILED' }],
])('%s is rejected with 400 and charges nothing', async (_, input) => {
  const shop = await startTestShop(() => applied);
  const { pay, request } = createTestSimulator(shop.url);
  const answer = await pay(input);
  expect(answer.status).toBe(400);
  expect(answer.body.code).toMatch(/^(malformed_json|validation_failed)$/);
  expect((await request('/book')).body.totals).toMatchObject({ payments: 0, attempts: 0 });
});

test('paging through the book returns each payment once', async () => {
  const shop = await startTestShop(() => applied);
  const { pay, request } = createTestSimulator(shop.url);
  for (let number = 1; number <= 5; number += 1) await pay({ ...paying, paymentId: `pay-${number}` });
  const ids: string[] = [];
  let cursor: string | null = '0';
  while (cursor !== null) {
    const { body } = await request(`/book?limit=2&cursor=${cursor}`);
    ids.push(...body.items.map((payment: BookEntry) => payment.paymentId));
    cursor = body.nextCursor;
  }
  expect(ids).toEqual(['pay-1', 'pay-2', 'pay-3', 'pay-4', 'pay-5']);
  expect((await request('/book?limit=0')).status).toBe(400);
});

test('a full book forgets its oldest payment, and its totals still count that payment', async () => {
  const shop = await startTestShop(() => applied);
  const { pay, request } = createTestSimulator(shop.url, { paymentsMax: 2 });
  for (let number = 1; number <= 3; number += 1) await pay({ ...paying, paymentId: `pay-${number}` });
  const { body } = await request('/book');
  expect(body.items.map((payment: BookEntry) => payment.paymentId)).toEqual(['pay-2', 'pay-3']);
  expect(body.totals).toMatchObject({ payments: 3, charged: { GBP: 3750 }, forgotten: 1 });
  expect(await request('/book/pay-1')).toMatchObject({ status: 404, body: { code: 'payment_not_found' } });
});

test('a payment is rejected with 503 while the maximum number of events is being delivered', async () => {
  const shop = await startTestShop(() => new Promise<never>(() => {}));
  const { pay } = createTestSimulator(shop.url, { pendingMax: 1 });
  expect((await pay({ ...paying, wait: false })).status).toBe(202);
  expect(await pay({ ...paying, wait: false })).toMatchObject({ status: 503, body: { code: 'unavailable' } });
});

test('a stop finishes the current attempt, gives up delayed events and rejects new payments', async () => {
  const reached = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Reply>();
  const shop = await startTestShop(() => {
    reached.resolve();
    return answer.promise;
  });
  const { pay, book, stop } = createTestSimulator(shop.url);
  await pay({ ...paying, wait: false });
  await pay({ ...paying, paymentId: 'pay-2', wait: false, delayMs: 3_600_000 });
  await reached.promise;

  const stopped = stop();
  expect((await pay({ ...paying, paymentId: 'pay-3' })).status).toBe(503);
  answer.resolve(applied);
  await stopped;
  expect((await book('pay-1')).events[0]).toMatchObject({ state: 'DELIVERED', attempts: [{ status: 200 }] });
  expect((await book('pay-2')).events[0]).toMatchObject({ state: 'GIVEN_UP', attempts: [] });
});
