import { setTimeout as sleep } from 'node:timers/promises';
import type { LockHolders } from './batcher-options.ts';
import type { QueuedCommand } from './queued-command.ts';

export type BlockedQueueOptions<C, R> = {
  lockHoldersOf: (keys: readonly string[]) => Promise<LockHolders>;
  /** Interval in milliseconds at which the queue reads whether the locked rows are free. */
  pollEveryMs: number;
  /** How long a command may wait in milliseconds since it was submitted. */
  waitMaxMs: number;
  /** Receives the commands whose rows are free. */
  putBack: (unblocked: QueuedCommand<C, R>[]) => void;
  /** Receives the commands that waited for longer than `waitMaxMs`, and those whose caller closed its connection. */
  giveUp: (expired: QueuedCommand<C, R>[]) => void;
};

type LockedKey = { holder: string; since: number };

/**
 * Commands that need a row which another transaction has locked for long. They wait here in memory, without a lane and
 * without locks, so that they block no other command.
 *
 * The queue polls which transactions hold the row locks. When a row is free its commands go back to the command queue.
 * When a row has a new lock holder the row is only busy: its commands go back, too, and then wait for the lock in
 * PostgreSQL's own queue.
 */
export class BlockedQueue<C, R> {
  readonly #options: BlockedQueueOptions<C, R>;
  #commands: QueuedCommand<C, R>[] = [];
  readonly #lockedKeys = new Map<string, LockedKey>();
  #isPolling = false;
  #closed = false;

  constructor(options: BlockedQueueOptions<C, R>) {
    this.#options = options;
  }

  /** Number of commands that wait here. */
  get length(): number {
    return this.#commands.length;
  }

  /** Returns whether one of the keys is known as locked. */
  isBlocked = (keys: readonly string[]): boolean =>
    this.#lockedKeys.size > 0 && keys.some((key) => this.#lockedKeys.has(key));

  /** Returns whether one of the keys has been locked for longer than a command may wait. */
  isExpired(keys: readonly string[]): boolean {
    if (this.#lockedKeys.size === 0) return false;
    const before = performance.now() - this.#options.waitMaxMs;
    return keys.some((key) => (this.#lockedKeys.get(key)?.since ?? Infinity) < before);
  }

  /** Adds blocked commands, and the lock holders that were just read, if any. */
  add(commands: readonly QueuedCommand<C, R>[], holders: LockHolders = new Map()): void {
    if (commands.length === 0) return;
    for (const [key, holder] of holders)
      if (!this.#lockedKeys.has(key)) this.#lockedKeys.set(key, { holder, since: performance.now() });
    this.#commands.push(...commands);
    void this.#poll();
  }

  /** Stops polling as soon as no command waits here. */
  close(): void {
    this.#closed = true;
  }

  async #poll(): Promise<void> {
    if (this.#isPolling) return;
    this.#isPolling = true;
    const { pollEveryMs } = this.#options;
    // Goes on while keys are known as locked, even without commands: a new command then runs at once, or is refused.
    while (this.#commands.length > 0 || (this.#lockedKeys.size > 0 && !this.#closed)) {
      await sleep(pollEveryMs, undefined, { ref: this.#commands.length > 0 });
      this.#giveUpExpired();
      await this.#pollOnce();
    }
    this.#isPolling = false;
  }

  async #pollOnce(): Promise<void> {
    let holders: LockHolders;
    try {
      holders = await this.#options.lockHoldersOf([...this.#lockedKeys.keys()]);
    } catch {
      // The commands stay blocked: each poll repeats the query, until they expire.
      return;
    }
    const busyKeys = this.#releaseKeys(holders);
    const { free = [], blocked = [] } = Object.groupBy(this.#commands, ({ keys }) =>
      this.isBlocked(keys) ? 'blocked' : 'free',
    );
    this.#commands = blocked;
    if (free.length > 0)
      this.#options.putBack(
        free.map((queued) =>
          queued.keys.some((key) => busyKeys.has(key)) ? { ...queued, waitsForLocks: true, speed: 'slow' } : queued,
        ),
      );
  }

  /** Forgets the keys whose lock holder is gone. Returns those of them that another transaction has locked since. */
  #releaseKeys(holders: LockHolders): Set<string> {
    const busyKeys = new Set<string>();
    for (const [key, { holder }] of this.#lockedKeys) {
      const holderNow = holders.get(key);
      if (holderNow === holder) continue;
      this.#lockedKeys.delete(key);
      if (holderNow !== undefined) busyKeys.add(key);
    }
    return busyKeys;
  }

  #giveUpExpired(): void {
    const before = performance.now() - this.#options.waitMaxMs;
    const { expired = [], waiting = [] } = Object.groupBy(this.#commands, ({ since, signal }) =>
      since <= before || signal?.aborted ? 'expired' : 'waiting',
    );
    this.#commands = waiting;
    this.#options.giveUp(expired);
  }
}
