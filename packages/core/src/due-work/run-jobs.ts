import { setTimeout as sleep } from 'node:timers/promises';

/** Work that becomes due in the database. `run` handles up to `batchMax` rows and returns how many it found. */
export type Job = { name: string; pauseMs: number; batchMax: number; run: (limit: number) => Promise<number> };

/** Called after each turn of a job (`loop` is its name) that handled rows, or that failed with `error`. */
export type JobReport = (report: { loop: string; handled: number; error?: unknown }) => void;

/**
 * Runs jobs until `signal` aborts, then finishes the turns that are running. After a full batch a job runs again at
 * once, otherwise after its pause. Any number of processes may run the same jobs: rows are locked with SKIP LOCKED, and
 * due times are compared with the database's clock. An error never ends a job.
 * @throws nothing: errors are reported
 */
export async function runJobs(jobs: readonly Job[], signal: AbortSignal, report: JobReport): Promise<void> {
  await Promise.all(jobs.map(async (job) => runJob(job, signal, report)));
}

async function runJob({ name, pauseMs, batchMax, run }: Job, signal: AbortSignal, report: JobReport): Promise<void> {
  while (!signal.aborted) {
    let handled = 0;
    try {
      handled = await run(batchMax);
      if (handled > 0) report({ loop: name, handled });
    } catch (error) {
      report({ loop: name, handled: 0, error });
    }
    if (handled < batchMax) await pause(pauseMs, signal);
  }
}

async function pause(pauseMs: number, signal: AbortSignal): Promise<void> {
  try {
    // Between 75 % and 125 %, so that processes that started together drift apart.
    await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal });
  } catch {
    // The signal aborted the pause; the loop in runJob ends.
  }
}
