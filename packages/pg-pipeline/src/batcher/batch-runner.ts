import { isLockTimeout } from '../database-errors.ts';
import type { BatcherOptions, BatchReport, LockHolders } from './batcher-options.ts';
import { isWorthSplitting } from './is-worth-splitting.ts';
import type { QueuedCommand } from './queued-command.ts';

type BatchRunnerOptions<C, R> = Pick<BatcherOptions<C, R>, 'run' | 'onBatch'> & {
  /** Whether other commands wait for a lane now. */
  hasQueued: () => boolean;
};

type Failure = { error: unknown };

/** Runs batches. Every command of a batch gets its result or error, or is blocked. */
export class BatchRunner<C, R> {
  readonly #options: BatchRunnerOptions<C, R>;

  constructor(options: BatchRunnerOptions<C, R>) {
    this.#options = options;
  }

  /** Runs a batch; never rejects. */
  async run(batch: QueuedCommand<C, R>[], waitsForLocks: boolean): Promise<void> {
    const failure = await this.#attempt(batch, waitsForLocks);
    if (!failure) return;
    if (canNarrow(batch, failure, waitsForLocks)) await this.#search(batch, waitsForLocks);
    else await this.#give(batch, failure, waitsForLocks);
  }

  /** Runs a batch in one transaction, and answers its commands when that succeeds. Returns why it failed. */
  async #attempt(batch: QueuedCommand<C, R>[], waitsForLocks: boolean): Promise<Failure | undefined> {
    const startedAt = performance.now();
    try {
      const commands = batch.map(({ command }) => command);
      this.#resolve(batch, await this.#options.run(commands, { waitsForLocks }));
    } catch (error) {
      this.#report(batch, startedAt, true);
      return { error };
    }
    this.#report(batch, startedAt, false);
    return undefined;
  }

  /** Rejects the commands of a failed batch, or blocks those that need a locked row. */
  async #give(batch: QueuedCommand<C, R>[], { error }: Failure, waitsForLocks: boolean): Promise<void> {
    if (!waitsForLocks && isLockTimeout(error)) return this.#block(batch);
    batch.forEach(({ reject }) => {
      reject(error);
    });
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

  /**
   * Looks for the command that makes a batch fail: runs the first half of those that may be it, again and again. Those
   * after it then run as one batch. The commands keep their order.
   */
  async #search(batch: QueuedCommand<C, R>[], waitsForLocks: boolean): Promise<void> {
    // The commands before `begin` have their answer; the culprit is before `end`.
    let [begin, end] = [0, batch.length];
    while (end - begin > 1) {
      const middle = Math.ceil((begin + end) / 2);
      const half = batch.slice(begin, middle);
      const failure = await this.#attempt(half, waitsForLocks);
      if (!failure) begin = middle;
      else if (canNarrow(half, failure, waitsForLocks)) end = middle;
      else {
        await this.#give(half, failure, waitsForLocks);
        begin = end = middle;
      }
    }
    await this.#halve(batch.slice(begin, end), waitsForLocks);
    await this.#halve(batch.slice(end), waitsForLocks);
  }

  /**
   * Runs a batch, and when it fails its halves, until only the commands that cause the error fail. A batch with many
   * of them takes fewer runs than by one search after the other. Returns whether the batch succeeded as a whole.
   */
  async #halve(batch: QueuedCommand<C, R>[], waitsForLocks: boolean): Promise<boolean> {
    if (batch.length === 0) return true;
    const failure = await this.#attempt(batch, waitsForLocks);
    if (!failure) return true;
    if (canNarrow(batch, failure, waitsForLocks)) await this.#runHalves(batch, waitsForLocks);
    else await this.#give(batch, failure, waitsForLocks);
    return false;
  }

  async #runHalves(batch: QueuedCommand<C, R>[], waitsForLocks: boolean): Promise<void> {
    const middle = Math.ceil(batch.length / 2);
    const second = batch.slice(middle);
    const succeeded = await this.#halve(batch.slice(0, middle), waitsForLocks);
    // Then the cause is in the second half: to run that as a whole would only fail again.
    if (succeeded && second.length > 1) await this.#runHalves(second, waitsForLocks);
    else await this.#halve(second, waitsForLocks);
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

/** Whether a batch failed by one command or several, so that parts of it succeed alone. */
function canNarrow(batch: readonly unknown[], { error }: Failure, waitsForLocks: boolean): boolean {
  return batch.length > 1 && isWorthSplitting(error) && (waitsForLocks || !isLockTimeout(error));
}
