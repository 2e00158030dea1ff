import { expect, test } from 'vitest';
import { runCompleteness } from './run.ts';

test('5,000 events of processes that are killed each second reach a reader once and in order', async () => {
  const { faults, events, kills } = await runCompleteness({ events: 5_000, seed: 1, killEveryMs: 1_000 });
  expect(faults).toEqual([]);
  expect(events).toBeGreaterThanOrEqual(5_000);
  expect(kills).toBeGreaterThan(2);
});
