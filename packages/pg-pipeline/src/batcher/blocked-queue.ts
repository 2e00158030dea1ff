import { setTimeout as sleep } from 'node:timers/promises';
import type { Waiting } from './waiting.ts';

/** Keys whose rows somebody else holds now, each with who that is. */
export type LockHolders = ReadonlyMap<string, string>;

export type BlockedQueueOptions<C, R> = {
  lockHoldersOf: (keys: readonly string[]) => Promise<LockHolders>;
  /** How often it is looked whether rows are free again. */
  lookEveryMs: number;
  /** How long a command may wait in all. */
  waitMaxMs: number;
  /** What may go on. */
  putBack: (waiting: Waiting<C, R>[]) => void;
  /** What has waited for too long. */
  giveUp: (waiting: Waiting<C, R>[]) => void;
};

type Stuck = { holder: string; since: number };

/**
 * Commands that need rows which somebody holds for long: they wait here, in memory, without a lane and without locks, so
 * that they hold up nobody else. Every now and then it is looked who holds those rows. Once they are free, the commands go
 * on. Where another one holds them each time the rows are only busy, and the commands go on patiently, in the database's
 * own queue for them.
 */
export class BlockedQueue<C, R> {
  readonly #options: BlockedQueueOptions<C, R>;
  #waiting: Waiting<C, R>[] = [];
  readonly #stuck = new Map<string, Stuck>();
  #looking = false;
  #closed = false;

  constructor(options: BlockedQueueOptions<C, R>) {
    this.#options = options;
  }

  get length(): number {
    return this.#waiting.length;
  }

  isBlocked = (keys: readonly string[]): boolean => this.#stuck.size > 0 && keys.some((key) => this.#stuck.has(key));

  /** Whether one of the keys is held for longer than anybody may wait for it. */
  isExpired(keys: readonly string[]): boolean {
    if (this.#stuck.size === 0) return false;
    const since = performance.now() - this.#options.waitMaxMs;
    return keys.some((key) => (this.#stuck.get(key)?.since ?? Infinity) < since);
  }

  /** Puts commands aside. `held` is what is known of the holders now. */
  add(waiting: readonly Waiting<C, R>[], held: LockHolders = new Map()): void {
    if (waiting.length === 0) return;
    for (const [key, holder] of held)
      if (!this.#stuck.has(key)) this.#stuck.set(key, { holder, since: performance.now() });
    this.#waiting.push(...waiting);
    void this.#look();
  }

  /** Looks no longer than anybody waits. */
  close(): void {
    this.#closed = true;
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const { lookEveryMs } = this.#options;
    // While nobody waits it is still looked, so that who comes next neither tries in vain nor waits in vain.
    while (this.#waiting.length > 0 || (this.#stuck.size > 0 && !this.#closed)) {
      await sleep(lookEveryMs, undefined, { ref: this.#waiting.length > 0 });
      this.#refuseOld();
      await this.#lookOnce();
    }
    this.#looking = false;
  }

  async #lookOnce(): Promise<void> {
    let held: LockHolders;
    try {
      held = await this.#options.lockHoldersOf([...this.#stuck.keys()]);
    } catch {
      // It can't be told now: whoever waits goes on waiting, until it is too old.
      return;
    }
    const busy = new Set<string>();
    for (const [key, { holder }] of this.#stuck) {
      const now = held.get(key);
      if (now === holder) continue;
      this.#stuck.delete(key);
      if (now !== undefined) busy.add(key);
    }
    const { free = [], stuck = [] } = Object.groupBy(this.#waiting, ({ keys }) =>
      this.isBlocked(keys) ? 'stuck' : 'free',
    );
    this.#waiting = stuck;
    if (free.length > 0)
      this.#options.putBack(
        free.map((waiting) =>
          waiting.keys.some((key) => busy.has(key)) ? { ...waiting, waitsForLocks: true } : waiting,
        ),
      );
  }

  #refuseOld(): void {
    const before = performance.now() - this.#options.waitMaxMs;
    const { old = [], young = [] } = Object.groupBy(this.#waiting, ({ since, signal }) =>
      since <= before || signal?.aborted ? 'old' : 'young',
    );
    this.#waiting = young;
    this.#options.giveUp(old);
  }
}
