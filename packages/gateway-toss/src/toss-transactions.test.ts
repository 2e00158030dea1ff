import { describe, expect, test } from 'vitest';
import { newId, gatewayFact } from '@commerce-core/core/gateway';
import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { tossGateway } from './toss.ts';

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
/** Toss, answering by one page after the other. */
const listOf = (pages: FakeApiResponse[]) => startFakeGatewayApi((_, number) => pages[number - 1] ?? { status: 500 });
const queryOf = ({ call }: { call: string }) => new URL(call.replace('GET ', 'http://toss'));

describe('what happened since', () => {
  const since = new Date('2026-02-13T03:00:00Z');

  test("names the payments to ask for, in Korea's time, and no other shop's", async () => {
    const { url, requests: asked } = await listOf([
      ok([transaction('T1'), transaction('T2', 'order-77'), transaction('T3')]),
    ]);
    const changed = gatewayFact({ type: 'CHANGED', paymentId });
    expect(await gatewayAt(url).listEvents!(since)).toEqual([
      { providerEventId: 'transaction:T1', ...changed },
      { providerEventId: 'transaction:T3', ...changed },
    ]);
    expect(asked).toHaveLength(1);
    const { pathname, searchParams } = queryOf(asked[0]!);
    expect(pathname).toBe('/v1/transactions');
    expect(searchParams.get('startDate')).toBe('2026-02-13T12:00:00');
    expect(Date.parse(`${searchParams.get('endDate')}+09:00`)).toBeGreaterThan(Date.now());
  });

  test('is read page by page to its end', async () => {
    const full = Array.from({ length: 1_000 }, (_, number) => transaction(`T${number}`));
    const { url, requests: asked } = await listOf([ok(full), ok([transaction('last')])]);
    expect(await gatewayAt(url).listEvents!(since)).toHaveLength(1_001);
    expect(queryOf(asked[1]!).searchParams.get('startingAfter')).toBe('T999');
  });

  test("isn't known when Toss doesn't answer", async () => {
    const { url } = await listOf([]);
    await expect(gatewayAt(url).listEvents!(since)).rejects.toThrow('the gateway gave no usable answer');
  });
});
