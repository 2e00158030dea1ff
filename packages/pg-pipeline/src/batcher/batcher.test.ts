import { expect, onTestFinished, test, vi } from 'vitest';
import { PipelineError } from '../pipeline-error.ts';
import { Batcher } from './batcher.ts';
import { createControlledBatcher, errorCodeOf } from './controlled-batcher.testing.ts';

test('a lone command starts at once; commands submitted meanwhile share the next batch', async () => {
  const { queue, batchCommands, endAllBatches } = createControlledBatcher();
  const results = [1, 2, 3, 4].map(async (command) => queue.submit(command));
  expect(batchCommands()).toEqual([[1]]);
  await endAllBatches();
  expect(batchCommands()).toEqual([[1], [2, 3, 4]]);
  expect(await Promise.all(results)).toEqual([10, 20, 30, 40]);
});

test('a batch takes no more than commandsMax commands and weightMax weight', async () => {
  const { queue, batchCommands, endAllBatches } = createControlledBatcher({
    commandsMax: 3,
    weightMax: 100,
    weightOf: (weight) => weight,
  });
  const results = [1, 1, 1, 1, 25, 25, 25, 25, 25].map(async (weight) => queue.submit(weight));
  await endAllBatches();
  await Promise.all(results);
  expect(batchCommands()).toEqual([[1], [1, 1, 1], [25, 25, 25], [25, 25]]);
});

test('each heavy command has a batch of its own, beside the batches of light commands', async () => {
  const { queue, batchCommands, endAllBatches } = createControlledBatcher({
    weightMax: 100,
    weightOf: (weight) => weight,
  });
  const results = [1, 60, 70, 300, 2, 3, 20].map(async (weight) => queue.submit(weight));
  // No light command waits for a heavy one.
  expect(batchCommands()).toEqual([[1], [60]]);
  await endAllBatches();
  await Promise.all(results);
  expect(batchCommands()).toEqual([[1], [60], [2, 3, 20], [70], [300]]);
});

test('a command is refused when the queued commands weigh too much', async () => {
  const { queue, endAllBatches } = createControlledBatcher({ weightMax: 10, weightOf: (weight) => weight });
  // 1 and 400 run, so 450 may wait, and 60 more would be too much.
  const results = [1, 400, 450].map(async (weight) => queue.submit(weight));
  expect(await errorCodeOf(queue.submit(60))).toBe('overloaded');
  await endAllBatches();
  await Promise.all(results);
  expect(await Promise.all([errorCodeOf(queue.submit(1)), endAllBatches()])).toContain('accepted');
});

test('as many batches run at once as there are lanes, if each is large enough', async () => {
  const { batcher, queue, batchSizes, endAllBatches } = createControlledBatcher({ lanes: 2, furtherLaneMin: 3 });
  const results = [1, 2, 3].map(async (command) => queue.submit(command));
  expect([batchSizes(), batcher.running, queue.waiting]).toEqual([[1], 1, 2]);
  results.push(queue.submit(4));
  expect([batchSizes(), batcher.running, queue.waiting]).toEqual([[1, 3], 2, 0]);
  results.push(...[5, 6, 7, 8].map(async (command) => queue.submit(command)));
  expect([batchSizes(), batcher.running, queue.waiting]).toEqual([[1, 3], 2, 4]);
  await endAllBatches();
  await Promise.all(results);
  expect(batcher.running).toBe(0);
});

test('a free lane waits until the next batch is as large as the running ones', async () => {
  const { queue, batchSizes, endBatch, endAllBatches } = createControlledBatcher({ lanes: 2, furtherLaneMin: 1 });
  const results = [1, 2, 3, 4, 5].map(async (command) => queue.submit(command));
  expect(batchSizes()).toEqual([1, 1]);
  await endBatch(0);
  // A batch of three runs beside a batch of one, which ends next.
  expect(batchSizes()).toEqual([1, 1, 3]);
  await endBatch(1);
  results.push(queue.submit(6), queue.submit(7));
  expect([batchSizes(), queue.waiting]).toEqual([[1, 1, 3], 2]);
  results.push(queue.submit(8));
  expect([batchSizes(), queue.waiting]).toEqual([[1, 1, 3, 3], 0]);
  await endAllBatches();
  expect(await Promise.all(results)).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
});

test('a free lane waits for a larger batch no longer than 50 ms', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  onTestFinished(() => void vi.useRealTimers());
  const { queue, batchSizes, endAllBatches } = createControlledBatcher({ lanes: 2 });
  const results = [1, 2].map(async (command) => queue.submit(command));
  await vi.advanceTimersByTimeAsync(40);
  expect(batchSizes()).toEqual([1]);
  await vi.advanceTimersByTimeAsync(20);
  expect(batchSizes()).toEqual([1, 1]);
  await endAllBatches();
  await Promise.all(results);
});

test('the next batch is sent before the results of the last one arrive, and close waits for all results', async () => {
  const log: string[] = [];
  const batcher = new Batcher<number, number>({
    lanes: 1,
    async run(commands) {
      log.push(`run ${commands.join()}`);
      await new Promise<void>((resolve) => {
        process.nextTick(resolve);
      });
      log.push(`sent ${commands.join()}`);
      await new Promise(setImmediate);
      return commands;
    },
  });
  const queue = batcher.addQueue({ name: 'test' });
  const logged = [1, 2].map(async (command) => {
    await queue.submit(command);
    log.push(`result of ${command}`);
  });
  await batcher.close();
  log.push('closed');
  await Promise.all(logged);
  expect(log).toHaveLength(7);
  expect(log.indexOf('sent 2')).toBeLessThan(log.indexOf('result of 1'));
  expect(log.indexOf('closed')).toBeGreaterThan(Math.max(log.indexOf('result of 1'), log.indexOf('result of 2')));
});

test('running batches share no key, and no command overtakes an earlier one on the same key', async () => {
  const { queue, batchCommands, endBatch } = createControlledBatcher({
    lanes: 3,
    furtherLaneMin: 1,
    keysOf: (command) => String(command).split(''),
  });
  const results = [12, 23, 34, 56, 3].map(async (command) => queue.submit(command));
  // 23 waits for 12. No running batch has the keys of 34 and 3, but they must not overtake 23. 56 shares no key with
  // them.
  expect(batchCommands()).toEqual([[12], [56]]);
  await endBatch(0);
  expect(batchCommands()).toEqual([[12], [56], [23, 34, 3]]);
  await endBatch(1);
  await endBatch(2);
  expect(await Promise.all(results)).toEqual([120, 230, 340, 560, 30]);
});

test('a command beyond queueMax is refused at once and never runs', async () => {
  const { queue, batchCommands, endAllBatches } = createControlledBatcher({ queueMax: 2 });
  const results = [1, 2, 3].map(async (command) => queue.submit(command));
  expect(await errorCodeOf(queue.submit(4))).toBe('overloaded');
  await endAllBatches();
  await Promise.all(results);
  expect(batchCommands().flat()).toEqual([1, 2, 3]);
});

test('a command expires after waitMaxMs while its lane is busy, and does not run later', async () => {
  const { queue, batchCommands, endAllBatches } = createControlledBatcher({ waitMaxMs: 20 });
  const first = queue.submit(1);
  const started = performance.now();
  expect(await errorCodeOf(queue.submit(2))).toBe('overloaded');
  expect(performance.now() - started).toBeGreaterThanOrEqual(19);
  await endAllBatches();
  expect(await first).toBe(10);
  expect(batchCommands()).toHaveLength(1);
});

test('a command whose caller goes away before its batch forms does not run', async () => {
  const { queue, batchCommands, endAllBatches } = createControlledBatcher();
  const caller = new AbortController();
  const codes = [queue.submit(1), queue.submit(2, caller.signal), queue.submit(3)].map(errorCodeOf);
  caller.abort(new Error('client closed'));
  await endAllBatches();
  expect(await Promise.all(codes)).toEqual(['accepted', 'client_closed', 'accepted']);
  expect(batchCommands().flat()).toEqual([1, 3]);
});

test.each([
  ['a database that cannot be reached', new PipelineError('database_unavailable', 'away')],
  ['an unknown outcome', new PipelineError('outcome_unknown', 'perhaps')],
])('%s fails the whole batch, which is not split', async (_, error) => {
  const { queue, batchCommands, endBatch, endAllBatches } = createControlledBatcher();
  const first = queue.submit(1);
  const rest = [2, 3].map(async (command) => errorCodeOf(queue.submit(command)));
  await endBatch(0);
  await first;
  await endBatch(1, error);
  expect(await Promise.all(rest)).toEqual([error.code, error.code]);
  await endAllBatches();
  expect(batchCommands()).toHaveLength(2);
});

test('a closed batcher refuses new commands and runs those that it has', async () => {
  const { batcher, queue, endAllBatches } = createControlledBatcher();
  const results = [1, 2, 3].map(async (command) => queue.submit(command));
  const closed = batcher.close();
  expect(await errorCodeOf(queue.submit(4))).toBe('overloaded');
  await endAllBatches();
  expect(await Promise.all(results)).toEqual([10, 20, 30]);
  await closed;
  await batcher.close();
});

test('onBatch receives the size and weight of every batch, and whether it failed', async () => {
  const reports: unknown[] = [];
  const { queue, endAllBatches } = createControlledBatcher({
    onBatch: (report) => reports.push(report),
    weightOf: (weight) => weight,
  });
  const results = [5, 6, 7].map(async (command) => queue.submit(command));
  await endAllBatches();
  await Promise.all(results);
  expect(reports).toMatchObject([
    { queue: 'test', commands: 1, weight: 5, failed: false },
    { queue: 'test', commands: 2, weight: 13, failed: false },
  ]);
});

test('an error thrown by onBatch fails no command', async () => {
  const { queue, endAllBatches } = createControlledBatcher({
    onBatch: () => {
      throw new Error('no disk for metrics');
    },
  });
  const results = [1, 2].map(async (command) => queue.submit(command));
  await endAllBatches();
  expect(await Promise.all(results)).toEqual([10, 20]);
});
