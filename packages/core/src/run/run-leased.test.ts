import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { accepted, CommerceError } from '../errors.ts';
import { idempotencyKey, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { errorCodeOf } from '../testing/test-shop.ts';
import { runLeased } from './run-leased.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

let key: IdempotencyKey;
let atGateway: string[];
beforeEach(() => {
  key = idempotencyKey({ scope: 'test', key: crypto.randomUUID() }, 'payment.create', {});
  atGateway = [];
});

type Answer = { of: string };

/** A call with the key of this test; what the gateway answers it is said later. */
function call(name: string, { leaseMs = 60_000 } = {}) {
  const gateway = Promise.withResolvers<Answer>();
  const asked = Promise.withResolvers<void>();
  const leased = runLeased<Answer>(database, {
    key,
    leaseMs,
    keepMs: 60_000,
    dates: [],
    begin: async (tx) => {
      await tx.began;
      return accepted(crypto.randomUUID());
    },
    run: async () => {
      atGateway.push(name);
      asked.resolve();
      return gateway.promise;
    },
  });
  const answer = leased.then(({ value }) => value);
  // Looked at by the test when it gets to it.
  answer.catch(() => {});
  return {
    answer,
    asked: async () => Promise.race([asked.promise, answer]),
    answers: () => {
      gateway.resolve({ of: name });
    },
    refuses: () => {
      gateway.reject(new CommerceError('payment_refused', `${name} is refused`, { failureCode: 'x' }));
    },
    fails: () => {
      gateway.reject(new Error(`${name} heard nothing`));
    },
  };
}

/** A call that outlived its lease, and the one that went on with it. */
async function overtaken() {
  const slow = call('slow', { leaseMs: 50 });
  await slow.asked();
  await sleep(100);
  const next = call('next');
  await next.asked();
  expect(atGateway).toEqual(['slow', 'next']);
  return { slow, next };
}

test('a call that outlived its lease and fails doesn’t end the lease of the one that goes on', async () => {
  const { slow, next } = await overtaken();
  slow.fails();
  await expect(slow.answer).rejects.toThrow('slow heard nothing');
  expect(await errorCodeOf(call('third').answer)).toBe('idempotency_in_progress');
  next.answers();
  expect(await next.answer).toEqual({ of: 'next' });
  expect(await call('third').answer).toEqual({ of: 'next' });
  expect(atGateway).toEqual(['slow', 'next']);
});

test('a call that outlived its lease and is answered while another one is at it is told to ask again, and hears the other’s answer', async () => {
  const { slow, next } = await overtaken();
  slow.answers();
  expect(await errorCodeOf(slow.answer)).toBe('idempotency_in_progress');
  next.refuses();
  expect(await errorCodeOf(next.answer)).toBe('payment_refused');
  expect(await errorCodeOf(call('slow again').answer)).toBe('payment_refused');
});

test('a call that outlived its lease and is answered after the other one was answers the same', async () => {
  const { slow, next } = await overtaken();
  next.answers();
  expect(await next.answer).toEqual({ of: 'next' });
  slow.refuses();
  expect(await slow.answer).toEqual({ of: 'next' });
});

test('the answer of a call that outlived its lease counts when nobody is at it', async () => {
  const { slow, next } = await overtaken();
  next.fails();
  await expect(next.answer).rejects.toThrow('next heard nothing');
  slow.answers();
  expect(await slow.answer).toEqual({ of: 'slow' });
  expect(await call('third').answer).toEqual({ of: 'slow' });
});

test('a call that fails within its lease is gone on with at once', async () => {
  const first = call('first');
  await first.asked();
  first.fails();
  await expect(first.answer).rejects.toThrow('first heard nothing');
  const second = call('second');
  await second.asked();
  second.answers();
  expect(await second.answer).toEqual({ of: 'second' });
});
