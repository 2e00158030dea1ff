import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { Batcher } from './batcher.ts';
import type { BatcherOptions } from './batcher-options.ts';
import { codeOf } from './held-batches.testing.ts';

/** A batcher whose batches meet rows that others hold: `holders` says who holds which key, to be changed by the test. */
function lockable(options: Partial<BatcherOptions<number, number>> = {}) {
  const holders = new Map<string, string>();
  const runs: { commands: number[]; waitsForLocks: boolean }[] = [];
  const keysOf = (command: number) => String(command).split('');
  const batcher = new Batcher<number, number>({
    name: 'test',
    keysOf,
    run: async (commands, { waitsForLocks }) => {
      runs.push({ commands, waitsForLocks });
      await new Promise(setImmediate);
      if (!waitsForLocks && commands.some((command) => keysOf(command).some((key) => holders.has(key)))) {
        throw Object.assign(new pg.DatabaseError('locked', 6, 'error'), { code: '55P03' });
      }
      return commands;
    },
    lockHoldersOf: async (keys) => new Map(keys.flatMap((key) => (holders.has(key) ? [[key, holders.get(key)!]] : []))),
    ...options,
  });
  return { batcher, holders, runs };
}

test('commands whose rows somebody holds wait aside, and hold up nobody on their other rows', async () => {
  const { batcher, holders, runs } = lockable();
  holders.set('1', 'someone');
  const waiting = [1, 12, 1].map(async (command) => batcher.submit(command));
  expect(await Promise.all([3, 4, 2].map(async (command) => batcher.submit(command)))).toEqual([3, 4, 2]);
  const came = batcher.submit(13);
  expect(await batcher.submit(2)).toBe(2);
  expect([batcher.blocked, batcher.waiting, batcher.running]).toEqual([4, 4, 0]);
  holders.clear();
  expect(await Promise.all([...waiting, came])).toEqual([1, 12, 1, 13]);
  expect(
    runs.every(({ waitsForLocks }) => !waitsForLocks),
    'none waited in the database',
  ).toBe(true);
  await batcher.close();
});

test('rows that go from hand to hand are busy, not stuck: for them a batch waits in the database', async () => {
  const { batcher, holders, runs } = lockable();
  holders.set('1', 'someone');
  const answer = batcher.submit(1);
  await vi.waitUntil(() => batcher.blocked === 1);
  holders.set('1', 'someone else');
  expect(await answer).toBe(1);
  expect(runs.at(-1)).toEqual({ commands: [1], waitsForLocks: true });
});

test('nobody waits in the database beside those who have to', async () => {
  const { batcher, holders, runs } = lockable({ lanes: 1 });
  holders.set('1', 'someone');
  const first = batcher.submit(1);
  await vi.waitUntil(() => batcher.blocked === 1);
  holders.set('1', 'someone else');
  // While it is put back, others come all the time.
  let isDone = false;
  const others = (async () => {
    while (!isDone) await Promise.all([batcher.submit(2), batcher.submit(3)]);
  })();
  expect(await first).toBe(1);
  isDone = true;
  await others;
  expect(runs.filter(({ waitsForLocks }) => waitsForLocks)).toEqual([{ commands: [1], waitsForLocks: true }]);
});

test('who waits aside is refused in time, and who comes for rows that are held that long already at once', async () => {
  const { batcher, holders } = lockable({ waitMaxMs: 300 });
  holders.set('1', 'someone');
  expect(await codeOf(batcher.submit(1))).toBe('overloaded');
  const begin = performance.now();
  await vi.waitFor(
    async () => {
      const asked = performance.now();
      expect(await codeOf(batcher.submit(1))).toBe('overloaded');
      expect(performance.now() - asked).toBeLessThan(50);
    },
    { timeout: 3_000, interval: 10 },
  );
  expect(performance.now() - begin).toBeLessThan(3_000);
  expect(await batcher.submit(2)).toBe(2);
  holders.clear();
  await vi.waitFor(
    async () => {
      expect(await codeOf(batcher.submit(1))).toBe('accepted');
    },
    { timeout: 3_000, interval: 10 },
  );
  await batcher.close();
});

test('closing answers those who wait aside, too', async () => {
  const { batcher, holders } = lockable({ waitMaxMs: 200 });
  holders.set('1', 'someone');
  const answer = codeOf(batcher.submit(1));
  await vi.waitUntil(() => batcher.blocked === 1);
  await batcher.close();
  expect(await answer).toBe('overloaded');
});
