import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { accepted, CommerceError } from '../errors.ts';
import { idempotencyKey, type IdempotencyKey } from '../idempotency/idempotency-key.ts';
import { stocks } from '../inventory/tables.ts';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { errorCodeOf } from '../testing/test-shop.ts';
import { runLeased } from './run-leased.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

let key: IdempotencyKey;
let gatewayCalls: string[];
beforeEach(() => {
  key = idempotencyKey({ scope: 'test', key: crypto.randomUUID() }, 'payment.create', {});
  gatewayCalls = [];
});

type Answer = { of: string };

/** A call with the key of this test. The test decides later what its gateway returns. */
function call(name: string, { leaseMs = 60_000 } = {}) {
  const gateway = Promise.withResolvers<Answer>();
  const called = Promise.withResolvers<void>();
  const policy = { database, leaseMs, keepMs: { idempotencyKeys: 60_000 } };
  const leased = runLeased<Answer, Answer>(policy, {
    key,
    answer: stocks,
    answerOf: (answer) => answer,
    begin: async (tx) => {
      await tx.began;
      return accepted(crypto.randomUUID());
    },
    run: async () => {
      gatewayCalls.push(name);
      called.resolve();
      return gateway.promise;
    },
  });
  const answer = leased.then((result) => ('ran' in result ? result.ran : result.replayed));
  // The test awaits the answer later; until then a rejection must not count as unhandled.
  answer.catch(() => {});
  return {
    answer,
    atGateway: async () => Promise.race([called.promise, answer]),
    succeed: () => {
      gateway.resolve({ of: name });
    },
    refuse: () => {
      gateway.reject(new CommerceError('payment_refused', `${name} is refused`, { failureCode: 'x' }));
    },
    fail: () => {
      gateway.reject(new Error(`${name} got no answer`));
    },
  };
}

/** A call whose lease ended while it ran, and the next call, which continues it. */
async function overtaken() {
  const slow = call('slow', { leaseMs: 50 });
  await slow.atGateway();
  await sleep(100);
  const next = call('next');
  await next.atGateway();
  expect(gatewayCalls).toEqual(['slow', 'next']);
  return { slow, next };
}

test('a failed call whose lease ended leaves the lease of the next call as it is', async () => {
  const { slow, next } = await overtaken();
  slow.fail();
  await expect(slow.answer).rejects.toThrow('slow got no answer');
  expect(await errorCodeOf(call('third').answer)).toBe('idempotency_in_progress');
  next.succeed();
  expect(await next.answer).toEqual({ of: 'next' });
  expect(await call('third').answer).toEqual({ of: 'next' });
  expect(gatewayCalls).toEqual(['slow', 'next']);
});

test('a call whose lease ended is refused while the next call runs, and returns that call’s answer later', async () => {
  const { slow, next } = await overtaken();
  slow.succeed();
  expect(await errorCodeOf(slow.answer)).toBe('idempotency_in_progress');
  next.refuse();
  expect(await errorCodeOf(next.answer)).toBe('payment_refused');
  expect(await errorCodeOf(call('slow again').answer)).toBe('payment_refused');
});

test('a call whose lease ended returns the answer that the next call stored', async () => {
  const { slow, next } = await overtaken();
  next.succeed();
  expect(await next.answer).toEqual({ of: 'next' });
  slow.refuse();
  expect(await slow.answer).toEqual({ of: 'next' });
});

test('the answer of a call whose lease ended is stored when no other call is running', async () => {
  const { slow, next } = await overtaken();
  next.fail();
  await expect(next.answer).rejects.toThrow('next got no answer');
  slow.succeed();
  expect(await slow.answer).toEqual({ of: 'slow' });
  expect(await call('third').answer).toEqual({ of: 'slow' });
});

test('a call that fails within its lease can be continued at once', async () => {
  const first = call('first');
  await first.atGateway();
  first.fail();
  await expect(first.answer).rejects.toThrow('first got no answer');
  const second = call('second');
  await second.atGateway();
  second.succeed();
  expect(await second.answer).toEqual({ of: 'second' });
});
