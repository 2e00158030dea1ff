import { describe, expect, test } from 'vitest';
import { until } from '../shop.testing.ts';
import type { FaultKind } from './fault-kinds.ts';
import { startHostileSimulator } from './hostile-simulator.testing.ts';

describe('a call', () => {
  test.each<[FaultKind, number]>([
    ['rate_limited', 429],
    ['error_before', 500],
  ])('%s: the call has no effect', async (kind, status) => {
    const { pay, post, book, paymentId, report } = await startHostileSimulator({ [kind]: 1 });
    await pay('AUTHORIZED');
    expect((await post('capture', { amount: 1000 }, 'k')).status).toBe(status);
    expect((await book(paymentId)).state).toBe('AUTHORIZED');
    expect((await report()).counts[kind]).toBe(1);
  });

  test('error_after: the call takes effect once, and the same key returns the first response', async () => {
    const { pay, post, book, paymentId, types, turnOff } = await startHostileSimulator({ error_after: 1 });
    await pay('CAPTURED');
    const refund = () => post('refunds', { refundId: 'r-1', amount: 400 }, 'r-1');
    expect((await refund()).status).toBe(500);
    expect((await refund()).status).toBe(500);
    await turnOff();
    expect(await refund()).toMatchObject({ status: 200, body: { refundedAmount: 400 } });
    expect((await book(paymentId)).refunds).toHaveLength(1);
    expect(types()).toEqual(['CAPTURED', 'REFUNDED']);
  });

  test.each<[FaultKind, string]>([
    ['dropped_after', 'CAPTURED'],
    ['silence_before', 'AUTHORIZED'],
    ['silence_after', 'CAPTURED'],
  ])('%s: no response, and the payment is %s', async (kind, state) => {
    const { url, pay, request, book, paymentId } = await startHostileSimulator({ [kind]: 1 });
    await pay('AUTHORIZED');
    const call = fetch(`${url}/mock/v1/payments/${paymentId}/capture`, {
      method: 'POST',
      body: '{"amount":1000}',
      signal: AbortSignal.timeout(kind === 'dropped_after' ? 5000 : 100),
    });
    await expect(call).rejects.toMatchObject({ name: kind === 'dropped_after' ? 'TypeError' : 'TimeoutError' });
    expect((await book(paymentId)).state).toBe(state);
    expect((await request('/hostile')).body.counts[kind]).toBe(1);
  });

  test('a call without a response loses its connection when the mode is turned off', async () => {
    const { pay, post, request, report } = await startHostileSimulator({ silence_before: 1 });
    await pay('AUTHORIZED');
    const call = post('capture', { amount: 1000 }, 'k').then(
      () => 'answered',
      (error: Error) => error.name,
    );
    await until(async () => (await report()).counts.silence_before === 1);
    await request('/hostile', { off: true });
    expect(await call).toBe('TypeError');
  });
});
