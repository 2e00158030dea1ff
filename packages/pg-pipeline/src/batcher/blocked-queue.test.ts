import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { Batcher } from './batcher.ts';
import { errorCodeOf, type TestOptions } from './controlled-batcher.testing.ts';

/**
 * Creates a batcher whose batches meet row locks. The test sets in `holders` which transaction has locked which key.
 */
function createLockedBatcher(options: TestOptions = {}) {
  const holders = new Map<string, string>();
  const runs: { commands: number[]; waitsForLocks: boolean }[] = [];
  const keysOf = (command: number) => String(command).split('');
  const batcher = new Batcher<number, number>({
    run: async (commands, { waitsForLocks }) => {
      runs.push({ commands, waitsForLocks });
      await new Promise(setImmediate);
      if (!waitsForLocks && commands.some((command) => keysOf(command).some((key) => holders.has(key)))) {
        throw Object.assign(new pg.DatabaseError('locked', 6, 'error'), { code: '55P03' });
      }
      return commands;
    },
    ...options,
  });
  const queue = batcher.addQueue({
    name: 'test',
    keysOf,
    lockHoldersOf: async (keys) => new Map([...holders].filter(([key]) => keys.includes(key))),
    ...options,
  });
  return { batcher, queue, holders, runs };
}

test('a command that needs a locked row is blocked, and blocks no command on its other rows', async () => {
  const { batcher, queue, holders, runs } = createLockedBatcher();
  holders.set('1', 'transaction A');
  const blocked = [1, 12, 1].map(async (command) => queue.submit(command));
  expect(await Promise.all([3, 4, 2].map(async (command) => queue.submit(command)))).toEqual([3, 4, 2]);
  const blockedLater = queue.submit(13);
  expect(await queue.submit(2)).toBe(2);
  await expect.poll(() => [queue.blocked, queue.waiting, batcher.running]).toEqual([4, 4, 0]);
  holders.clear();
  expect(await Promise.all([...blocked, blockedLater])).toEqual([1, 12, 1, 13]);
  expect(
    runs.every(({ waitsForLocks }) => !waitsForLocks),
    'no batch waited for a lock in the database',
  ).toBe(true);
  await batcher.close();
});

test('a row whose lock holder changes is busy: a batch then waits for its lock in the database', async () => {
  const { queue, holders, runs } = createLockedBatcher();
  holders.set('1', 'transaction A');
  const result = queue.submit(1);
  await expect.poll(() => queue.blocked).toBe(1);
  holders.set('1', 'transaction B');
  expect(await result).toBe(1);
  expect(runs.at(-1)).toEqual({ commands: [1], waitsForLocks: true });
});

test('a command that can run never shares a batch with one that waits for a row lock', async () => {
  const { queue, holders, runs } = createLockedBatcher({ lanes: 1 });
  holders.set('1', 'transaction A');
  const first = queue.submit(1);
  await expect.poll(() => queue.blocked).toBe(1);
  holders.set('1', 'transaction B');
  // Other commands are queued all the time, also when the blocked one is put back.
  let isDone = false;
  const others = (async () => {
    while (!isDone) await Promise.all([queue.submit(2), queue.submit(3)]);
  })();
  expect(await first).toBe(1);
  isDone = true;
  await others;
  expect(runs.filter(({ waitsForLocks }) => waitsForLocks)).toEqual([{ commands: [1], waitsForLocks: true }]);
});

test('a blocked command expires, and later commands for a row locked that long are refused at once', async () => {
  const { batcher, queue, holders } = createLockedBatcher({ waitMaxMs: 300 });
  holders.set('1', 'transaction A');
  expect(await errorCodeOf(queue.submit(1))).toBe('overloaded');
  await vi.waitFor(
    async () => {
      const submittedAt = performance.now();
      expect(await errorCodeOf(queue.submit(1))).toBe('overloaded');
      // A blocked one would take 300 ms.
      expect(performance.now() - submittedAt).toBeLessThan(200);
    },
    { timeout: 60_000, interval: 10 },
  );
  expect(await queue.submit(2)).toBe(2);
  holders.clear();
  await vi.waitFor(
    async () => {
      expect(await errorCodeOf(queue.submit(1))).toBe('accepted');
    },
    { timeout: 60_000, interval: 10 },
  );
  await batcher.close();
});

test('close waits until blocked commands have expired', async () => {
  const { batcher, queue, holders } = createLockedBatcher({ waitMaxMs: 200 });
  holders.set('1', 'transaction A');
  const code = errorCodeOf(queue.submit(1));
  await expect.poll(() => queue.blocked).toBe(1);
  await batcher.close();
  expect(await code).toBe('overloaded');
});
