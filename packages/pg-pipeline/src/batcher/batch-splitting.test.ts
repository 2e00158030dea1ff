import { expect, test } from 'vitest';
import { Batcher } from './batcher.ts';
import { errorCodeOf } from './controlled-batcher.testing.ts';

/**
 * Submits commands 0 to 20: 0 is the first batch, the others are the second one. A batch that contains one of the
 * `failing` commands fails, and so does the run of number `failingRun`. Returns the commands that failed, and all runs.
 */
async function runBatches(failing: number[], failingRun?: number) {
  const runs: number[][] = [];
  const batcher = new Batcher<number, number>({
    lanes: 1,
    run: async (commands) => {
      runs.push(commands);
      const fails = runs.length === failingRun;
      await new Promise(setImmediate);
      if (fails || failing.some((command) => commands.includes(command))) throw new Error('failing command');
      return commands;
    },
  });
  const queue = batcher.addQueue({ name: 'test' });
  const codes = await Promise.all(Array.from({ length: 21 }, async (_, command) => errorCodeOf(queue.submit(command))));
  return { failed: codes.flatMap((code, command) => (code === 'accepted' ? [] : [command])), runs };
}

test('a batch that fails by one command is split until that command alone fails', async () => {
  let runsInAll = 0;
  for (let failing = 1; failing <= 20; failing += 1) {
    const { failed, runs } = await runBatches([failing]);
    expect(failed).toEqual([failing]);
    runsInAll += runs.length - 2;
  }
  // Halves that each run would take 140: the search leaves what comes after the culprit for one run at its end.
  expect(runsInAll).toBeLessThan(125);
});

test('a batch whose commands all fail takes no search for each of them', async () => {
  const { runs } = await runBatches(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(runs.length).toBeLessThan(50);
});

test('commands keep their order while the failing one is looked for', async () => {
  for (let failing = 1; failing <= 20; failing += 1) {
    const { runs } = await runBatches([failing]);
    const committed = runs.filter((run) => !run.includes(failing)).flat();
    expect(committed).toEqual(Array.from({ length: 21 }, (_, command) => command).filter((c) => c !== failing));
  }
});

test('when several commands make a batch fail, these fail and the others succeed', async () => {
  for (const failing of [[1, 20], [3, 4], [10, 11], [2, 9, 17], Array.from({ length: 20 }, (_, index) => index + 1)]) {
    expect((await runBatches(failing)).failed, failing.join()).toEqual(failing);
  }
});

test('an error that does not come again fails no command', async () => {
  expect((await runBatches([], 2)).failed).toEqual([]);
});
