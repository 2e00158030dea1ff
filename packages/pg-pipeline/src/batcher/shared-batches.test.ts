import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';
import { createControlledBatcher, errorCodeOf } from './controlled-batcher.testing.ts';

test('a batch takes the commands of all queues, each up to the limits of its queue', async () => {
  const { batcher, queue: small, batchCommands, endAllBatches } = createControlledBatcher({ commandsMax: 2 });
  const large = batcher.addQueue({ name: 'large', commandsMax: 3 });
  const results = [
    small.submit(0),
    ...[1, 2, 3].map(async (command) => small.submit(command)),
    ...[11, 12, 13, 14].map(async (command) => large.submit(command)),
  ];
  expect(batcher.queues.map(({ name, waiting, running }) => [name, waiting, running])).toEqual([
    ['test', 3, 1],
    ['large', 4, 0],
  ]);
  await endAllBatches();
  expect(await Promise.all(results)).toEqual([0, 10, 20, 30, 110, 120, 130, 140]);
  expect(batchCommands()).toEqual([[0], [1, 2, 11, 12, 13], [3, 14]]);
});

test('a full queue refuses its own commands and not those of another queue', async () => {
  const { batcher, queue: full, endAllBatches } = createControlledBatcher({ queueMax: 1 });
  const free = batcher.addQueue({ name: 'free' });
  const accepted = [full.submit(1), full.submit(2), free.submit(3)];
  expect(await errorCodeOf(full.submit(4))).toBe('overloaded');
  await endAllBatches();
  expect(await Promise.all(accepted)).toEqual([10, 20, 30]);
});

test('a command that fails is the only one of its batch that fails, whatever queue it is in', async () => {
  const batcher = new Batcher<number, number>({
    lanes: 1,
    run: async (commands) => {
      await new Promise(setImmediate);
      if (commands.includes(13)) throw new Error('13 fails');
      return commands;
    },
  });
  const queues = [0, 1, 2].map((queue) => batcher.addQueue({ name: `queue ${queue}` }));
  const codes = await Promise.all(
    Array.from({ length: 30 }, async (_, command) => errorCodeOf(queues[command % 3]!.submit(command))),
  );
  expect(codes.flatMap((code, command) => (code === 'accepted' ? [] : [[command, code]]))).toEqual([
    [13, 'Error: 13 fails'],
  ]);
});

test('a heavy command of one queue delays no command of another queue', async () => {
  const { batcher, queue: light, batchCommands, endBatch, endAllBatches } = createControlledBatcher();
  const heavy = batcher.addQueue({ name: 'heavy', weightMax: 10, weightOf: (weight) => weight });
  const slow = [heavy.submit(100), heavy.submit(200)];
  const result = light.submit(1);
  expect(batchCommands()).toEqual([[100], [1]]);
  await endBatch(1);
  expect(await result).toBe(10);
  await endAllBatches();
  await Promise.all(slow);
});

test('onBatch receives one report for each queue that had commands in a batch', async () => {
  const reports: unknown[] = [];
  const { batcher, queue, endAllBatches } = createControlledBatcher({ onBatch: (report) => reports.push(report) });
  const other = batcher.addQueue({ name: 'other', weightOf: (weight) => weight });
  const results = [queue.submit(1), queue.submit(2), other.submit(3), other.submit(4)];
  await endAllBatches();
  await Promise.all(results);
  expect(reports).toMatchObject([
    { queue: 'test', commands: 1, weight: 1 },
    { queue: 'test', commands: 1, weight: 1 },
    { queue: 'other', commands: 2, weight: 7 },
  ]);
});
