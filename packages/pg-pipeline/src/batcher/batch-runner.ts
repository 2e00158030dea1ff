import { isLockTimeout } from '../database-errors.ts';
import type { BatcherOptions, BatchReport, LockHolders } from './batcher-options.ts';
import { isWorthSplitting } from './is-worth-splitting.ts';
import type { QueuedCommand } from './queued-command.ts';

type BatchRunnerOptions<C, R> = Pick<BatcherOptions<C, R>, 'run' | 'onBatch'> & {
  /** Whether other commands wait for a lane now. */
  hasQueued: () => boolean;
};

/** Runs batches. Every command of a batch gets its result or error, or is blocked. */
export class BatchRunner<C, R> {
  readonly #options: BatchRunnerOptions<C, R>;

  constructor(options: BatchRunnerOptions<C, R>) {
    this.#options = options;
  }

  /** Runs a batch; never rejects. Returns whether its transaction succeeded as a whole. */
  async run(batch: QueuedCommand<C, R>[], waitsForLocks: boolean): Promise<boolean> {
    const startedAt = performance.now();
    let failed = false;
    try {
      const results = await this.#options.run(
        batch.map(({ command }) => command),
        { waitsForLocks },
      );
      this.#resolve(batch, results);
    } catch (error) {
      failed = true;
      if (!waitsForLocks && isLockTimeout(error)) await this.#block(batch);
      else await this.#split(batch, error, waitsForLocks);
    }
    this.#report(batch, startedAt, failed);
    return !failed;
  }

  #resolve(batch: readonly QueuedCommand<C, R>[], results: readonly R[]): void {
    const resolveAll = () => {
      batch.forEach(({ resolve }, index) => {
        // `run` returns one result for each command; R may include undefined, so a check can't tell.
        resolve(results[index]!);
      });
    };
    // The callers' code takes milliseconds for many results: the next batch is sent first, and PostgreSQL works
    // meanwhile.
    if (this.#options.hasQueued()) setImmediate(resolveAll);
    else resolveAll();
  }

  /** Blocks the commands of a batch that need a locked row, and runs the others. */
  async #block(batch: QueuedCommand<C, R>[]): Promise<void> {
    const runnable: QueuedCommand<C, R>[] = [];
    for (const [queue, commands] of byQueue(batch)) {
      const holders: LockHolders = await queue.readLockHolders(commands);
      const blocked = commands.filter(({ keys }) => keys.some((key) => holders.has(key)));
      queue.block(blocked, holders);
      runnable.push(...commands.filter((queued) => !blocked.includes(queued)));
    }
    // When no command is blocked, the lock is gone or is on a row without a key here: then the batch waits for the
    // lock.
    if (runnable.length > 0) await this.run(runnable, runnable.length === batch.length);
  }

  /** Rejects a batch with its error, or runs its halves until only the commands that cause the error fail. */
  async #split(batch: QueuedCommand<C, R>[], error: unknown, waitsForLocks: boolean): Promise<void> {
    if (batch.length === 1 || !isWorthSplitting(error)) {
      batch.forEach(({ reject }) => {
        reject(error);
      });
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    const [first, second] = [batch.slice(0, middle), batch.slice(middle)];
    const succeeded = await this.run(first, waitsForLocks);
    // Then the cause is in the second half: to run that as a whole would only fail again.
    if (succeeded && second.length > 1) await this.#split(second, error, waitsForLocks);
    else await this.run(second, waitsForLocks);
  }

  #report(batch: readonly QueuedCommand<C, R>[], startedAt: number, failed: boolean): void {
    const { onBatch } = this.#options;
    if (!onBatch) return;
    const tookMs = performance.now() - startedAt;
    for (const [queue, commands] of byQueue(batch)) {
      const weight = commands.reduce((sum, queued) => sum + queued.weight, 0);
      const waitedMs = startedAt - (commands[0]?.since ?? startedAt);
      const report: BatchReport = { queue: queue.name, commands: commands.length, weight, waitedMs, tookMs, failed };
      try {
        onBatch(report);
      } catch {
        // An error of the metrics must not fail the batch.
      }
    }
  }
}

const byQueue = <C, R>(batch: readonly QueuedCommand<C, R>[]) => Map.groupBy(batch, ({ queue }) => queue);
