import { isLockTimeout } from '../database-errors.ts';
import type { BatcherOptions, LockHolders } from './batcher-options.ts';
import { isWorthSplitting } from './is-worth-splitting.ts';
import type { QueuedCommand } from './queued-command.ts';

type BatchRunnerOptions<C, R> = Pick<BatcherOptions<C, R>, 'name' | 'run' | 'onBatch'> & {
  lockHoldersOf: (keys: readonly string[]) => Promise<LockHolders>;
  /** Receives commands that need a locked row, with the lock holders. */
  block: (commands: QueuedCommand<C, R>[], holders: LockHolders) => void;
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
    const holders = await this.#readLockHolders(batch);
    const { blocked = [], runnable = [] } = Object.groupBy(batch, ({ keys }) =>
      keys.some((key) => holders.has(key)) ? 'blocked' : 'runnable',
    );
    this.#options.block(blocked, holders);
    // When no command is blocked, the lock is gone or is on a row without a key here: then the batch waits for the
    // lock.
    if (runnable.length > 0) await this.run(runnable, blocked.length === 0);
  }

  async #readLockHolders(batch: readonly QueuedCommand<C, R>[]): Promise<LockHolders> {
    try {
      return await this.#options.lockHoldersOf([...new Set(batch.flatMap(({ keys }) => keys))]);
    } catch {
      // Then no command counts as blocked. The batch runs again, waits for locks, and rejects with the database's
      // error.
      return new Map();
    }
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
    const [first] = batch;
    if (!first) return;
    const weight = batch.reduce((sum, { weight }) => sum + weight, 0);
    const waitedMs = startedAt - first.since;
    const tookMs = performance.now() - startedAt;
    try {
      this.#options.onBatch?.({ queue: this.#options.name, commands: batch.length, weight, waitedMs, tookMs, failed });
    } catch {
      // An error of the metrics must not fail the batch.
    }
  }
}
