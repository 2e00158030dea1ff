import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CommitNotices } from '@commerce-core/pg-pipeline';
import { runJobs, type Job } from './run-jobs.ts';

type Report = { loop: string; handled: number; error?: unknown };

let stopping: AbortController;
let notices: CommitNotices;
let reports: Report[];
let running: Promise<void>;
beforeEach(() => {
  stopping = new AbortController();
  notices = new CommitNotices();
  reports = [];
  running = Promise.resolve();
});
afterEach(async () => {
  stopping.abort();
  await running;
});

const testJob = (run: Job<string[]>['run'], job: Partial<Job<string[]>> = {}): Job<string[]> => ({
  name: 'work',
  isDue: (due) => due.includes('work'),
  pauseMs: 0,
  batchMax: 10,
  run,
  ...job,
});
const start = (jobs: Job<string[]>[], readDue: () => Promise<string[]>): void => {
  running = runJobs(jobs, { readDue, notices }, stopping.signal, (report) => reports.push(report));
};

test('only jobs with due rows run', async () => {
  let looks = 0;
  const ran: string[] = [];
  const job = (name: string) =>
    testJob(
      async () => {
        ran.push(name);
        return 1;
      },
      { name, isDue: (due) => due.includes(name) },
    );
  start([job('due'), job('idle')], async () => (++looks === 2 ? ['due'] : []));
  await expect.poll(() => looks).toBe(3);
  expect(ran).toEqual(['due']);
  expect(reports).toEqual([{ loop: 'due', handled: 1 }]);
});

test('after a full batch a job runs again at once', async () => {
  const batches = [10, 10, 3];
  const begin = performance.now();
  start([testJob(async () => batches.shift() ?? 0, { pauseMs: 60_000 })], async () => ['work']);
  await expect.poll(() => reports.length).toBe(3);
  expect(performance.now() - begin).toBeLessThan(700);
});

test('a job with a follow-up time runs again without a wake-up, until it finds nothing for a second', async () => {
  let turns = 0;
  let looks = 0;
  const job = testJob(async () => (++turns === 1 ? 1 : 0), { followUpMs: 25 });
  start([job], async () => (++looks === 1 ? ['work'] : []));
  // Follow-ups after 25, 50, 100, 200, 400 and 800 ms.
  await expect.poll(() => turns).toBe(7);
  const looksThen = looks;
  await expect.poll(() => looks).toBe(looksThen + 2);
  expect(turns).toBe(7);
});

test('a job that gathers handles the rows of commits that come within its time in one turn', async () => {
  let turns = 0;
  start([testJob(async () => ++turns, { gatherMs: () => 300, pauseMs: 60_000 })], async () => []);
  notices.publish(new Set(['work']));
  expect(turns).toBe(0);
  notices.publish(new Set(['work']));
  await expect.poll(() => turns).toBe(1);
});

test('a frequent job reports its failed turns, and not those that handled rows', async () => {
  const results = [async () => 1, async () => Promise.reject(new Error('planned fault')), async () => 1];
  const job = testJob(async () => (await results.shift()?.()) ?? 0, { isFrequent: true });
  start([job], async () => ['work']);
  await expect.poll(() => results.length).toBe(0);
  expect(reports).toEqual([{ loop: 'work', handled: 0, error: new Error('planned fault') }]);
});

test('a job that rests pauses after a full turn for about as long as the turn took', async () => {
  const begins: number[] = [];
  const turnMs = 400;
  const job = testJob(
    async (max) => {
      begins.push(performance.now());
      await sleep(turnMs);
      return begins.length < 3 ? max : 0;
    },
    { restsAfterFullTurn: true },
  );
  start([job], async () => ['work']);
  await expect.poll(() => begins.length).toBeGreaterThanOrEqual(3);
  const [first = 0, second = 0, third = 0] = begins;
  for (const between of [second - first, third - second]) expect(between).toBeGreaterThan(turnMs * 1.7);
});

test('a job that is due all the time keeps its pause between two turns', async () => {
  let turns = 0;
  let looks = 0;
  start([testJob(async () => ++turns, { pauseMs: 60_000 })], async () => {
    looks += 1;
    return ['work'];
  });
  await expect.poll(() => looks).toBe(3);
  expect(turns).toBe(1);
});

test('a commit that names a job runs it before the next look for due rows', async () => {
  let looks = 0;
  start([testJob(async () => 1)], async () => {
    looks += 1;
    return [];
  });
  await expect.poll(() => looks).toBe(1);
  notices.publish(new Set(['work', 'a job of another process']));
  await expect.poll(() => reports).toEqual([{ loop: 'work', handled: 1 }]);
  expect(looks).toBe(1);
});

test('a job that is woken during its turn runs again afterwards', async () => {
  const turns: PromiseWithResolvers<void>[] = [];
  start(
    [
      testJob(async () => {
        const turn = Promise.withResolvers<void>();
        turns.push(turn);
        await turn.promise;
        return 1;
      }),
    ],
    async () => [],
  );
  notices.publish(new Set(['work']));
  await expect.poll(() => turns.length).toBe(1);
  notices.publish(new Set(['work']));
  turns[0]?.resolve();
  await expect.poll(() => turns.length).toBe(2);
  turns[1]?.resolve();
});

test('a failed look for due rows is reported, and every job looks for itself', async () => {
  const fault = new Error('no PostgreSQL responds');
  let looks = 0;
  let turns = 0;
  start([testJob(async () => Math.min(0, ++turns))], async () => {
    looks += 1;
    if (looks === 1) throw fault;
    return [];
  });
  await expect.poll(() => looks).toBe(3);
  expect(turns).toBe(1);
  expect(reports).toEqual([{ loop: 'read_due_work', handled: 0, error: fault }]);
});

test('a failed turn is reported, and the job runs again while it is due', async () => {
  const fault = new Error('planned fault');
  let turns = 0;
  start([testJob(async () => (++turns === 1 ? Promise.reject(fault) : 1))], async () => (turns < 2 ? ['work'] : []));
  await expect.poll(() => reports.length).toBe(2);
  expect(reports).toEqual([
    { loop: 'work', handled: 0, error: fault },
    { loop: 'work', handled: 1 },
  ]);
});

test('the end waits for the turns that are running, and begins no other', async () => {
  const turn = Promise.withResolvers<void>();
  let turns = 0;
  start(
    [
      testJob(async () => {
        turns += 1;
        await turn.promise;
        return 10;
      }),
    ],
    async () => ['work'],
  );
  await expect.poll(() => turns).toBe(1);
  stopping.abort();
  let hasEnded = false;
  const ended = running.then(() => (hasEnded = true));
  await new Promise(setImmediate);
  expect(hasEnded).toBe(false);
  turn.resolve();
  await ended;
  expect(turns).toBe(1);
});
