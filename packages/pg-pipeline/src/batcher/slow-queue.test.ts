import { afterEach, expect, test, vi } from 'vitest';
import { createControlledBatcher, errorCodeOf } from './controlled-batcher.testing.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Fakes what the batcher reads the time with; setImmediate stays real, as the test's own waits need it. */
const useFakeClock = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });

test('while no batch ends, new commands are refused at once instead of expiring later', async () => {
  useFakeClock();
  const { queue, endBatch } = createControlledBatcher({ waitMaxMs: 1_000 });
  const [first, second, third] = [
    errorCodeOf(queue.submit(1)),
    errorCodeOf(queue.submit(2)),
    errorCodeOf(queue.submit(3)),
  ];
  await vi.advanceTimersByTimeAsync(999);
  const late = errorCodeOf(queue.submit(4));
  await vi.advanceTimersByTimeAsync(1);
  expect(await Promise.all([second, third])).toEqual(['overloaded', 'overloaded']);
  // No batch has ended for waitMaxMs, so none is expected within waitMaxMs.
  expect(await errorCodeOf(queue.submit(5))).toBe('overloaded');
  await endBatch(0);
  expect(await first).toBe('accepted');
  await endBatch(1);
  expect(await late).toBe('accepted');
  const next = errorCodeOf(queue.submit(7));
  await endBatch(2);
  expect(await next).toBe('accepted');
});

test('one slow batch makes no command fail that the queue then serves in time', async () => {
  useFakeClock();
  const { queue, batchSizes, endBatch, endAllBatches } = createControlledBatcher({ waitMaxMs: 1_000 });
  const codes: Promise<string>[] = [];
  for (let batch = 0; batch < 20; batch += 1) {
    codes.push(errorCodeOf(queue.submit(batch)));
    await vi.advanceTimersByTimeAsync(10);
    await endBatch(batch);
  }
  codes.push(errorCodeOf(queue.submit(20)));
  // Commands come while the slow batch runs. The oldest of them waits for 990 ms.
  for (let command = 0; command < 99; command += 1) {
    codes.push(errorCodeOf(queue.submit(command)));
    await vi.advanceTimersByTimeAsync(10);
  }
  await endAllBatches();
  expect(new Set(await Promise.all(codes))).toEqual(new Set(['accepted']));
  expect(batchSizes().slice(20)).toEqual([1, 99]);
  // Nor does it count for the commands that come afterwards.
  codes.push(errorCodeOf(queue.submit(1)), errorCodeOf(queue.submit(2)));
  await endAllBatches();
  expect(new Set(await Promise.all(codes))).toEqual(new Set(['accepted']));
});

test('a command that waits for the row of a slow batch makes no command on other rows fail', async () => {
  useFakeClock();
  const { queue, batchCommands, endAllBatches } = createControlledBatcher({
    lanes: 2,
    furtherLaneMin: 1,
    waitMaxMs: 1_000,
    keysOf: (command) => [String(command)],
  });
  const codes = [1, 1].map(async (command) => errorCodeOf(queue.submit(command)));
  await vi.advanceTimersByTimeAsync(900);
  codes.push(errorCodeOf(queue.submit(2)));
  expect(batchCommands()).toEqual([[1], [2]]);
  await endAllBatches();
  expect(await Promise.all(codes)).toEqual(['accepted', 'accepted', 'accepted']);
});

test('a command is refused when the queue is too slow to run it in time', async () => {
  useFakeClock();
  const { queue, endBatch, endAllBatches } = createControlledBatcher({ waitMaxMs: 1_000, commandsMax: 1 });
  for (let batch = 0; batch < 5; batch += 1) {
    const result = queue.submit(batch);
    await vi.advanceTimersByTimeAsync(400);
    await endBatch(batch);
    await result;
  }
  // A batch of one command takes 400 ms: the first runs, the second starts in 400 ms, the third in 800, the fourth
  // would in 1,200.
  const codes = [1, 2, 3, 4].map(async (command) => errorCodeOf(queue.submit(command)));
  expect(await codes[3]).toBe('overloaded');
  await endAllBatches();
  expect(await Promise.all(codes)).toEqual(['accepted', 'accepted', 'accepted', 'overloaded']);
});
