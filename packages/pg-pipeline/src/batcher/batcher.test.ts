import { afterEach, expect, test, vi } from 'vitest';
import { PipelineError } from '../pipeline-error.ts';
import { Batcher } from './batcher.ts';
import { codeOf, held } from './held-batches.testing.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a lone call goes at once; calls meanwhile go together in the next batch, each with its own answer', async () => {
  const { batcher, batches, endAll } = held();
  const answers = [1, 2, 3, 4].map(async (command) => batcher.submit(command));
  expect(batches.map(({ commands }) => commands)).toEqual([[1]]);
  await endAll();
  expect(batches.map(({ commands }) => commands)).toEqual([[1], [2, 3, 4]]);
  expect(await Promise.all(answers)).toEqual([10, 20, 30, 40]);
});

test('a batch takes no more commands and no more weight than its caps', async () => {
  const { batcher, endAll, batches } = held({ commandsMax: 3, weightMax: 100, weightOf: (weight) => weight });
  const answers = [1, 1, 1, 1, 25, 25, 25, 25, 25].map(async (weight) => batcher.submit(weight));
  await endAll();
  await Promise.all(answers);
  expect(batches.map(({ commands }) => commands)).toEqual([[1], [1, 1, 1], [25, 25, 25], [25, 25]]);
});

test('heavy commands go one at a time, and light ones behind them do not wait for all of them', async () => {
  const { batcher, endAll, batches } = held({ weightMax: 100, weightOf: (weight) => weight });
  const answers = [1, 60, 70, 300, 2, 3, 20].map(async (weight) => batcher.submit(weight));
  await endAll();
  await Promise.all(answers);
  expect(batches.map(({ commands }) => commands)).toEqual([[1], [60, 2, 3, 20], [70], [300]]);
});

test('what waits is bounded by its weight, too', async () => {
  const { batcher, endAll } = held({ weightMax: 10, weightOf: (weight) => weight });
  const answers = [1, 400, 100].map(async (weight) => batcher.submit(weight));
  expect(await codeOf(batcher.submit(1))).toBe('overloaded');
  await endAll();
  await Promise.all(answers);
  expect(await Promise.all([codeOf(batcher.submit(1)), endAll()])).toContain('accepted');
});

test('as many batches run at once as there are lanes', async () => {
  const { batcher, sizes, endAll } = held({ lanes: 2 });
  const answers = [1, 2, 3, 4].map(async (command) => batcher.submit(command));
  expect(sizes()).toEqual([1, 1]);
  expect([batcher.running, batcher.waiting]).toEqual([2, 2]);
  await endAll();
  await Promise.all(answers);
  expect(batcher.running).toBe(0);
});

test('a further lane is taken once as much waits as is under way: smaller batches cost more each than they wait', async () => {
  const { batcher, batches, sizes, endAll } = held({ lanes: 2 });
  const answers = [1, 2, 3, 4, 5].map(async (command) => batcher.submit(command));
  expect(sizes()).toEqual([1, 1]);
  batches[0]!.end();
  await new Promise(setImmediate);
  // Three are under way beside one; now a single one waits for either to end.
  expect(sizes()).toEqual([1, 1, 3]);
  batches[1]!.end();
  await new Promise(setImmediate);
  answers.push(batcher.submit(6), batcher.submit(7));
  expect([sizes(), batcher.waiting]).toEqual([[1, 1, 3], 2]);
  answers.push(batcher.submit(8));
  expect([sizes(), batcher.waiting]).toEqual([[1, 1, 3, 3], 0]);
  await endAll();
  expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50, 60, 70, 80]);
});

test('the next batch is on its way before the last one is answered, and closing waits for the answers', async () => {
  const said: string[] = [];
  const batcher = new Batcher<number, number>({
    name: 'test',
    lanes: 1,
    async run(commands) {
      said.push(`run ${commands.join()}`);
      await new Promise<void>((resolve) => {
        process.nextTick(resolve);
      });
      said.push(`sent ${commands.join()}`);
      await new Promise(setImmediate);
      return commands;
    },
  });
  for (const command of [1, 2]) void batcher.submit(command).then(() => said.push(`answered ${command}`));
  await batcher.close();
  said.push('closed');
  await new Promise(setImmediate);
  expect(said).toHaveLength(7);
  expect(said.indexOf('sent 2')).toBeLessThan(said.indexOf('answered 1'));
  expect(said.indexOf('closed')).toBeGreaterThan(Math.max(said.indexOf('answered 1'), said.indexOf('answered 2')));
});

test('batches in flight share no key, and none is overtaken on its own keys', async () => {
  const { batcher, batches } = held({ lanes: 3, keysOf: (command) => String(command).split('') });
  const answers = [12, 23, 34, 56, 3].map(async (command) => batcher.submit(command));
  // 23 waits for 12; 34 and 3 must not pass it, though nobody in flight has their keys; 56 has nothing to do with them.
  expect(batches.map(({ commands }) => commands)).toEqual([[12], [56]]);
  batches[0]!.end();
  await new Promise(setImmediate);
  expect(batches.map(({ commands }) => commands)).toEqual([[12], [56], [23, 34, 3]]);
  batches[1]!.end();
  batches[2]!.end();
  expect(await Promise.all(answers)).toEqual([120, 230, 340, 560, 30]);
});

test('one call too many is refused at once and leaves nothing behind', async () => {
  const { batcher, batches, endAll } = held({ queueMax: 2 });
  const answers = [1, 2, 3].map(async (command) => batcher.submit(command));
  expect(await codeOf(batcher.submit(4))).toBe('overloaded');
  await endAll();
  await Promise.all(answers);
  expect(batches.flatMap(({ commands }) => commands)).toEqual([1, 2, 3]);
});

test('a call that has waited too long is refused by the clock, though its lane is stuck, and is not run later', async () => {
  const { batcher, batches, endAll } = held({ waitMaxMs: 20 });
  const first = batcher.submit(1);
  const started = performance.now();
  expect(await codeOf(batcher.submit(2))).toBe('overloaded');
  expect(performance.now() - started).toBeGreaterThanOrEqual(19);
  await endAll();
  expect(await first).toBe(10);
  expect(batches).toHaveLength(1);
});

test('a call whose caller has gone before its batch formed is not run', async () => {
  const { batcher, batches, endAll } = held();
  const gone = new AbortController();
  const answers = [batcher.submit(1), batcher.submit(2, gone.signal), batcher.submit(3)].map(codeOf);
  gone.abort(new Error('gone'));
  await endAll();
  expect(await Promise.all(answers)).toEqual(['accepted', 'client_closed', 'accepted']);
  expect(batches.flatMap(({ commands }) => commands)).toEqual([1, 3]);
});

test.each([
  ['a database that is away', new PipelineError('database_unavailable', 'away')],
  ['an outcome that nobody knows', new PipelineError('outcome_unknown', 'perhaps')],
])('%s concerns all of a batch, which is not taken apart', async (_, error) => {
  const { batcher, batches, endAll } = held();
  const first = batcher.submit(1);
  const rest = [2, 3].map(async (command) => codeOf(batcher.submit(command)));
  batches[0]!.end();
  await first;
  await new Promise(setImmediate);
  batches[1]!.end(error);
  expect(await Promise.all(rest)).toEqual([error.code, error.code]);
  await endAll();
  expect(batches).toHaveLength(2);
});

test('closing answers all that was taken and takes no more', async () => {
  const { batcher, endAll } = held();
  const answers = [1, 2, 3].map(async (command) => batcher.submit(command));
  const closed = batcher.close();
  expect(await codeOf(batcher.submit(4))).toBe('overloaded');
  await endAll();
  expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  await closed;
  await batcher.close();
});

test('every batch is reported with its size, its weight and whether it failed', async () => {
  const reports: unknown[] = [];
  const { batcher, endAll } = held({ onBatch: (report) => reports.push(report), weightOf: (weight) => weight });
  const answers = [5, 6, 7].map(async (command) => batcher.submit(command));
  await endAll();
  await Promise.all(answers);
  expect(reports).toMatchObject([
    { queue: 'test', commands: 1, weight: 5, failed: false },
    { queue: 'test', commands: 2, weight: 13, failed: false },
  ]);
});

test('a lane stays idle for a larger batch only while what is under way is young', async () => {
  vi.useFakeTimers();
  const { batcher, batches } = held({ lanes: 2 });
  const answers = Array.from({ length: 12 }, async (_, command) => batcher.submit(command));
  batches.slice(0, 2).forEach(({ end }) => {
    end();
  });
  await vi.advanceTimersByTimeAsync(0);
  // Ten are under way in one lane; less than ten don't take the other one at once.
  expect(batches.map(({ commands }) => commands.length)).toEqual([1, 1, 10]);
  answers.push(batcher.submit(13));
  await vi.advanceTimersByTimeAsync(40);
  expect(batches).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(20);
  expect(batches.map(({ commands }) => commands.length)).toEqual([1, 1, 10, 1]);
  batches.forEach(({ end }) => {
    end();
  });
  await vi.advanceTimersByTimeAsync(0);
  await Promise.all(answers);
});

test('while nothing gets through, calls are refused at once and not a time-out later', async () => {
  vi.useFakeTimers();
  const { batcher, batches } = held({ waitMaxMs: 1_000 });
  const answers = [1, 2, 3].map(async (command) => codeOf(batcher.submit(command)));
  await vi.advanceTimersByTimeAsync(499);
  const late = codeOf(batcher.submit(4));
  await vi.advanceTimersByTimeAsync(2);
  // The first one waits for half of what it may: who comes now would hear of it too late.
  expect(await codeOf(batcher.submit(5))).toBe('overloaded');
  await vi.advanceTimersByTimeAsync(998);
  expect(await Promise.all([answers[1], answers[2], late])).toEqual(['overloaded', 'overloaded', 'overloaded']);
  expect(await codeOf(batcher.submit(6))).toBe('overloaded');
  batches[0]!.end();
  expect(await answers[0]).toBe('accepted');
  const next = codeOf(batcher.submit(7));
  batches[1]!.end();
  expect(await next).toBe('accepted');
});

test('a fault of whoever watches the batches is not theirs', async () => {
  const { batcher, endAll } = held({
    onBatch: () => {
      throw new Error('no disk for metrics');
    },
  });
  const answers = [1, 2].map(async (command) => batcher.submit(command));
  await endAll();
  expect(await Promise.all(answers)).toEqual([10, 20]);
});
