import { setTimeout as sleep } from 'node:timers/promises';

/** Work that becomes due in the database. `run` handles up to `batchMax` rows and answers how many it found. */
export type Job = { name: string; pauseMs: number; batchMax: number; run: (limit: number) => Promise<number> };

/** What a loop reports: `handled` rows, or the fault that made it wait for its next turn. */
export type JobReport = (report: { loop: string; handled: number; error?: unknown }) => void;

/**
 * Runs loops until `signal` aborts; then finishes the turn that is under way. A full batch is followed by the next one
 * at once, else by the pause. Any number of processes may run the same loops: rows are locked with SKIP LOCKED, and due
 * times are the database's. A fault never ends a loop.
 */
export async function runJobs(loops: readonly Job[], signal: AbortSignal, report: JobReport): Promise<void> {
  await Promise.all(loops.map((loop) => runJob(loop, signal, report)));
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
    // Spread, so that processes that started together don't ask together for ever.
    await sleep(pauseMs * (0.75 + Math.random() / 2), undefined, { signal });
  } catch {
    // Aborted: the loop's condition ends it.
  }
}
