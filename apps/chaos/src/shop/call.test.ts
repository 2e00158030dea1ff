import { createClient } from '@commerce-core/client';
import { afterEach, expect, test, vi } from 'vitest';
import { call, type Ledger } from './call.ts';

afterEach(() => void vi.useRealTimers());

/** Calls an API that refuses each try with this code, after two minutes. Returns the answer in the ledger. */
async function callRefused(code: string) {
  vi.useFakeTimers({ toFake: ['performance'] });
  let tries = 0;
  const data = { code: 'CONFLICT', httpStatus: 409, commerce: { code } };
  const body = JSON.stringify({ error: { message: code, code: -32009, data } });
  const respond = async () => {
    tries += 1;
    vi.advanceTimersByTime(120_000);
    return new Response(body, { status: 409, headers: { 'content-type': 'application/json' } });
  };
  const client = createClient({ url: 'http://shop.test', attemptsMax: 1, fetch: respond });
  const ledger: Ledger = new Map();
  await call(ledger, 'payment.poll', client.payment.poll, { paymentId: 'p' }, 'key 1');
  return { answer: ledger.get('key 1')?.answer, tries };
}

test('a call that is still running after all retries counts as not answered', async () => {
  expect(await callRefused('idempotency_in_progress')).toEqual({
    answer: { ok: false, code: 'no_answer' },
    tries: 3,
  });
});

test('a refusal that no retry can change is the answer to the first try', async () => {
  expect(await callRefused('invalid_transition')).toEqual({
    answer: { ok: false, code: 'invalid_transition' },
    tries: 1,
  });
});
