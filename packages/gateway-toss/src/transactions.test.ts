import { describe, expect, test } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { tossGateway } from './gateway.ts';

const paymentId = newId();
const ok = (body: unknown): FakeApiResponse => ({ status: 200, body });
const gatewayAt = (url: string) =>
  tossGateway({ secretKey: 'test_sk_1', clientKey: 'test_ck_1', url, policy: { timeoutMs: 10_000, triesMax: 1 } });
const transaction = (transactionKey: string, orderId: string = paymentId) => ({
  transactionKey,
  orderId,
  status: 'DONE',
  amount: 1000,
});
/** Toss's API, which returns one page after the other. */
const startToss = (pages: FakeApiResponse[]) =>
  startFakeGatewayApi((_, number) => pages[number - 1] ?? { status: 500 });
const addressesOf = (calls: string[]) => calls.map((call) => new URL(call.replace('GET ', 'http://toss')));

describe('the list of events', () => {
  const since = new Date('2026-02-13T03:00:00Z');

  test('names the payments that changed, without those of other shops, and takes Korean times', async () => {
    const { url, calls } = await startToss([ok([transaction('T1'), transaction('T2', 'order-77'), transaction('T3')])]);
    const changed = gatewayFact({ type: 'CHANGED', paymentId });
    expect(await gatewayAt(url).listEvents(since)).toEqual([
      { providerEventId: 'transaction:T1', ...changed },
      { providerEventId: 'transaction:T3', ...changed },
    ]);
    const addresses = addressesOf(calls());
    expect(addresses.map(({ pathname }) => pathname)).toEqual(['/v1/transactions']);
    expect(addresses.map(({ searchParams }) => searchParams.get('startDate'))).toEqual(['2026-02-13T12:00:00']);
    const endDate = addresses[0]?.searchParams.get('endDate');
    expect(Date.parse(`${endDate}+09:00`)).toBeGreaterThan(Date.now());
  });

  test('is read page by page to its end', async () => {
    const full = Array.from({ length: 1_000 }, (_, number) => transaction(`T${number}`));
    const { url, calls } = await startToss([ok(full), ok([transaction('last')])]);
    expect(await gatewayAt(url).listEvents(since)).toHaveLength(1_001);
    expect(addressesOf(calls()).map(({ searchParams }) => searchParams.get('startingAfter'))).toEqual([null, 'T999']);
  });

  test('throws when Toss does not answer', async () => {
    const { url } = await startToss([]);
    await expect(gatewayAt(url).listEvents(since)).rejects.toThrow('the gateway gave no usable answer');
  });
});
