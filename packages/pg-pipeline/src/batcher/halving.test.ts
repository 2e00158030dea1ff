import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';
import { codeOf } from './held-batches.testing.ts';

/** Runs calls 0 to 20 (0 alone, the rest as one batch); a batch with a culprit fails, as does the `flaky`th. Answers who failed, and the runs. */
async function runWith(culprits: number[], flaky?: number) {
  const runs: number[][] = [];
  const batcher = new Batcher<number, number>({
    name: 'test',
    lanes: 1,
    run: async (commands) => {
      runs.push(commands);
      const failed = runs.length === flaky;
      await new Promise(setImmediate);
      if (failed || culprits.some((culprit) => commands.includes(culprit))) throw new Error('unlucky');
      return commands;
    },
  });
  const answers = await Promise.all(Array.from({ length: 21 }, async (_, command) => codeOf(batcher.submit(command))));
  return { failed: answers.flatMap((answer, command) => (answer === 'accepted' ? [] : [command])), runs };
}

test('a fault that one command causes is found by halving, wherever it is, and its neighbours get their answers', async () => {
  let runsInAll = 0;
  for (let culprit = 1; culprit <= 20; culprit += 1) {
    const { failed, runs } = await runWith([culprit]);
    expect(failed).toEqual([culprit]);
    runsInAll += runs.length - 2;
  }
  // Two runs a halving would be 176. Where the first half goes through, the other one holds the culprit for certain.
  expect(runsInAll).toBeLessThan(150);
});

test('several culprits of one batch are all found, and only they fail', async () => {
  for (const culprits of [[1, 20], [3, 4], [10, 11], [2, 9, 17], Array.from({ length: 20 }, (_, index) => index + 1)]) {
    expect((await runWith(culprits)).failed, culprits.join()).toEqual(culprits);
  }
});

test('a fault that does not come again costs no command its answer', async () => {
  expect((await runWith([], 2)).failed).toEqual([]);
});
