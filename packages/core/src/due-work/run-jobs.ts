import { setTimeout as sleep } from 'node:timers/promises';
import type { CommitNotices } from '@commerce-core/pg-pipeline';

/** Work that becomes due in the database. */
export type Job<Due> = {
  name: string;
  /** Whether the job may have due rows. */
  isDue: (due: Due) => boolean;
  /** The shortest pause between two turns, unless the first of them was full. */
  pauseMs: number;
  /**
   * After a turn that handled rows, the job runs again after this time without a wake-up, and then after twice the last
   * time up to a second, because other processes may commit due rows. Without it, it waits for the next look.
   */
  followUpMs?: number;
  /** How long a turn waits after its wake-up, so that it handles rows of later commits, too. Defaults to 0 ms. */
  gatherMs?: () => number;
  /** Whether turns that handled rows are not reported, because there are many a second. */
  isFrequent?: boolean;
  /**
   * Whether the job pauses after a full turn for as long as the turn took, because no caller waits for its backlog.
   */
  restsAfterFullTurn?: boolean;
  batchMax: number;
  /** Handles up to `limit` rows and returns how many it found. */
  run: (limit: number) => Promise<number>;
};

/** How jobs learn of due rows. */
export type DueSource<Due> = {
  /** Looks for the due rows of all jobs with one statement. */
  readDue: () => Promise<Due>;
  /** Names the jobs for which this process has committed due rows: they don't wait for the next look. */
  notices: Pick<CommitNotices, 'listen'>;
};

/**
 * Called after each turn of a job (`loop` is its name) that handled rows, unless they are frequent, or that failed with
 * `error`. The look for due
 * rows, which fails with an error only, has the name `read_due_work`.
 */
export type JobReport = (report: { loop: string; handled: number; error?: unknown }) => void;

/** How often the database is asked for due rows. */
const readDueEveryMs = 1_000;

/**
 * Runs jobs until `signal` aborts, then finishes the turns that are running. About once a second one look into the
 * database says which jobs are due. After a full batch a job runs again at once. Any number of processes may run the
 * same jobs: rows are locked with SKIP LOCKED, and due times are compared with the database's clock. An error never
 * ends a job. When the look for due rows fails, every job looks for itself.
 * @throws nothing: errors are reported
 */
export async function runJobs<Due>(
  jobs: readonly Job<Due>[],
  { readDue, notices }: DueSource<Due>,
  signal: AbortSignal,
  report: JobReport,
): Promise<void> {
  const alarms = new Map(jobs.map(({ name }) => [name, new Alarm()]));
  const unlisten = notices.listen((job) => alarms.get(job)?.ring());
  const running = jobs.map(async (job) => runWhenWoken(job, alarms.get(job.name) ?? new Alarm(), signal, report));
  while (!signal.aborted) {
    for (const { name } of await dueJobs(jobs, readDue, report)) alarms.get(name)?.ring();
    await pause(readDueEveryMs, signal);
  }
  for (const alarm of alarms.values()) alarm.ring();
  await Promise.all(running);
  unlisten();
}

async function dueJobs<Due>(jobs: readonly Job<Due>[], readDue: () => Promise<Due>, report: JobReport) {
  try {
    const due = await readDue();
    return jobs.filter(({ isDue }) => isDue(due));
  } catch (error) {
    report({ loop: 'read_due_work', handled: 0, error });
    return jobs;
  }
}

async function runWhenWoken<Due>(
  {
    name,
    pauseMs,
    followUpMs,
    gatherMs = () => 0,
    isFrequent = false,
    restsAfterFullTurn = false,
    batchMax,
    run,
  }: Job<Due>,
  alarm: Alarm,
  signal: AbortSignal,
  report: JobReport,
): Promise<void> {
  let nextMs: number | undefined;
  for (;;) {
    const followUp = nextMs === undefined ? undefined : setTimeout(() => alarm.ring(), nextMs);
    await alarm.rung();
    clearTimeout(followUp);
    const gathering = gatherMs();
    if (gathering > 0) await pause(gathering, signal);
    if (signal.aborted) return;
    let handled = 0;
    const begin = performance.now();
    try {
      handled = await run(batchMax);
      if (handled > 0 && !isFrequent) report({ loop: name, handled });
    } catch (error) {
      report({ loop: name, handled: 0, error });
    }
    nextMs = followUpOf(followUpMs, handled, nextMs);
    if (handled < batchMax) await pause(pauseMs, signal);
    else {
      if (restsAfterFullTurn) await pause(performance.now() - begin, signal);
      alarm.ring();
    }
  }
}

function followUpOf(firstMs: number | undefined, handled: number, lastMs: number | undefined): number | undefined {
  if (firstMs === undefined) return undefined;
  if (handled > 0) return firstMs;
  return lastMs === undefined || lastMs * 2 > readDueEveryMs ? undefined : lastMs * 2;
}

/** Keeps one wake-up until a job waits for it: a job that is woken during its turn runs again. */
class Alarm {
  #next = Promise.withResolvers<void>();

  ring(): void {
    this.#next.resolve();
  }

  async rung(): Promise<void> {
    await this.#next.promise;
    this.#next = Promise.withResolvers<void>();
  }
}

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    // Between 75 % and 125 %, so that processes that started together drift apart.
    await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal });
  } catch {
    // The signal aborted the pause, and the caller looks at the signal.
  }
}
