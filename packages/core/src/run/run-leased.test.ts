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
let gatewayCalls: string[];
beforeEach(() => {
  key = idempotencyKey({ scope: 'test', key: crypto.randomUUID() }, 'payment.create', {});
  gatewayCalls = [];
});

type Result = { of: string };

/** Starts a call with the key of this test. The gateway responds when the test calls respond, refuse or fail. */
function startCall(name: string, { leaseMs = 60_000 } = {}) {
  const gateway = Promise.withResolvers<Result>();
  const requested = Promise.withResolvers<void>();
  const leased = runLeased<Result>(database, {
    key,
    leaseMs,
    keepMs: 60_000,
    dates: [],
    begin: async (tx) => {
      await tx.began;
      return accepted(crypto.randomUUID());
    },
    run: async () => {
      gatewayCalls.push(name);
      requested.resolve();
      return gateway.promise;
    },
  });
  const result = leased.then(({ value }) => value);
  // The test handles a rejection later.
  result.catch(() => {});
  return {
    result,
    requested: async () => Promise.race([requested.promise, result]),
    respond: () => {
      gateway.resolve({ of: name });
    },
    refuse: () => {
      gateway.reject(new CommerceError('payment_refused', `${name} is refused`, { failureCode: 'x' }));
    },
    fail: () => {
      gateway.reject(new Error(`${name} got no response`));
    },
  };
}

/** Starts a call that outlives its lease and the next call, which continues the first one. */
async function startOverlappingCalls() {
  const slow = startCall('slow', { leaseMs: 50 });
  await slow.requested();
  await sleep(100);
  const next = startCall('next');
  await next.requested();
  expect(gatewayCalls).toEqual(['slow', 'next']);
  return { slow, next };
}

test('a failed call that outlived its lease does not end the lease of the next call', async () => {
  const { slow, next } = await startOverlappingCalls();
  slow.fail();
  await expect(slow.result).rejects.toThrow('slow got no response');
  expect(await errorCodeOf(startCall('third').result)).toBe('idempotency_in_progress');
  next.respond();
  expect(await next.result).toEqual({ of: 'next' });
  expect(await startCall('third').result).toEqual({ of: 'next' });
  expect(gatewayCalls).toEqual(['slow', 'next']);
});

test('a call that outlived its lease is rejected while the next call runs, whose result is stored', async () => {
  const { slow, next } = await startOverlappingCalls();
  slow.respond();
  expect(await errorCodeOf(slow.result)).toBe('idempotency_in_progress');
  next.refuse();
  expect(await errorCodeOf(next.result)).toBe('payment_refused');
  expect(await errorCodeOf(startCall('slow again').result)).toBe('payment_refused');
});

test('a call that outlived its lease returns the result of the next call once that has ended', async () => {
  const { slow, next } = await startOverlappingCalls();
  next.respond();
  expect(await next.result).toEqual({ of: 'next' });
  slow.refuse();
  expect(await slow.result).toEqual({ of: 'next' });
});

test('the result of a call that outlived its lease is stored when no other call runs', async () => {
  const { slow, next } = await startOverlappingCalls();
  next.fail();
  await expect(next.result).rejects.toThrow('next got no response');
  slow.respond();
  expect(await slow.result).toEqual({ of: 'slow' });
  expect(await startCall('third').result).toEqual({ of: 'slow' });
});

test('a call that fails within its lease is continued at once by the next call', async () => {
  const first = startCall('first');
  await first.requested();
  first.fail();
  await expect(first.result).rejects.toThrow('first got no response');
  const second = startCall('second');
  await second.requested();
  second.respond();
  expect(await second.result).toEqual({ of: 'second' });
});
