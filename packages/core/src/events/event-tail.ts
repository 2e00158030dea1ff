import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@commerce-core/pg-pipeline';
import { eventsRecorded } from './event-repository.ts';
import { readEventsByPosition, readLogEnd, type PositionedEvent } from './feed-repository.ts';

/** The topic that a turn of the sequencer publishes in its process when it has numbered events. */
export const eventsNumbered = 'events_numbered';

const pollFirstMs = 20;
const pollLastMs = 1_000;
const readMax = 500;
const keptMax = 2_000;

/**
 * Follows the log for all readers of this process: it reads each new event once, while a reader waits, and keeps the
 * latest 2,000 in memory. It is woken by the commits of this process, and looks for those of others every 20 ms after
 * an event, up to once a second without one.
 *
 * A reader takes events at its own speed, so a slow one costs no memory: it reads from the database what isn't kept.
 */
export class EventTail {
  readonly #database: Database;
  readonly #onFault: (error: unknown) => void;
  /** The latest events, without a gap; the last one is at `#last`. */
  #kept: PositionedEvent[] = [];
  #last: number | undefined;
  readonly #waiting = new Set<() => void>();
  readonly #ofAggregate = new Map<string, Set<() => void>>();
  #followers = 0;
  #running: Promise<void> | undefined;
  #wake = new AbortController();

  constructor(database: Database, onFault: (error: unknown) => void = () => {}) {
    this.#database = database;
    this.#onFault = onFault;
  }

  /** Whether a reader of this process waits for events. */
  get hasFollowers(): boolean {
    return this.#followers > 0;
  }

  /** The last position that this process knows of; undefined while no reader follows the log. */
  get last(): number | undefined {
    return this.#last;
  }

  /**
   * Returns the events in memory behind a position, at most `limit`; undefined when the memory doesn't reach back to
   * it. An empty list means that this process knows of no later event.
   */
  kept(after: number, limit: number): PositionedEvent[] | undefined {
    if (this.#last === undefined || this.#running === undefined) return undefined;
    const first = this.#last - this.#kept.length;
    if (after < first || after > this.#last) return undefined;
    return this.#kept.slice(after - first, after - first + limit);
  }

  /**
   * Follows the log from now on, until the returned function is called. Events that become visible after this call's
   * promise has resolved wake the readers that wait.
   */
  async follow(): Promise<() => void> {
    this.#followers += 1;
    let isFollowing = true;
    const unfollow = () => {
      if (!isFollowing) return;
      isFollowing = false;
      this.#followers -= 1;
      if (this.#followers === 0) this.#wake.abort();
    };
    try {
      if (this.#last === undefined) await this.#begin();
      this.#running ??= this.#run();
      return unfollow;
    } catch (error) {
      unfollow();
      throw error;
    }
  }

  /**
   * Waits until an event has a position above `after`, the signal aborts, or `waitMs` have passed. The caller follows
   * the log.
   */
  async beyond(after: number, waitMs: number, signal?: AbortSignal): Promise<void> {
    if ((this.#last ?? 0) > after) return;
    await waitIn(this.#waiting, waitMs, signal);
  }

  /**
   * Waits from now on for the next event of an order or product. `happened` resolves with it, or with `stop`, which
   * must be called in the end. The caller follows the log.
   */
  nextOf(aggregateId: string): { happened: Promise<void>; stop: () => void } {
    const waiting = this.#ofAggregate.get(aggregateId) ?? new Set();
    this.#ofAggregate.set(aggregateId, waiting);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    const stop = () => {
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#ofAggregate.get(aggregateId) === waiting) this.#ofAggregate.delete(aggregateId);
      resolve();
    };
    return { happened: promise, stop };
  }

  async #begin(): Promise<void> {
    const { last } = await readLogEnd(this.#database, 0);
    this.#last ??= last;
  }

  async #run(): Promise<void> {
    let pollMs = pollFirstMs;
    const unlisten = this.#database.notices.listen((topic) => {
      // Another process may be the one that numbers the events of this commit, so the next look comes soon.
      const isIdle = topic === eventsRecorded && pollMs > pollFirstMs * 2;
      if (isIdle) pollMs = pollFirstMs;
      if (isIdle || topic === eventsNumbered) this.#wake.abort();
    });
    try {
      while (this.#followers > 0) {
        this.#wake = new AbortController();
        const found = await this.#read();
        if (found === readMax) continue;
        const pauseMs = found > 0 ? pollFirstMs : pollMs;
        pollMs = Math.min(pauseMs * 2, pollLastMs);
        await sleep(pauseMs, undefined, { signal: this.#wake.signal }).catch(() => {});
      }
    } finally {
      unlisten();
      // The next follower begins at the end of the log, as it is then.
      this.#running = undefined;
      this.#last = undefined;
      this.#kept = [];
    }
  }

  /** Reads the next events and wakes those who wait for them. Returns how many there were; 0 after an error, too. */
  async #read(): Promise<number> {
    try {
      const last = this.#last ?? 0;
      const events = await readEventsByPosition(this.#database, last, Number.MAX_SAFE_INTEGER, readMax);
      if (events.length === 0) return 0;
      this.#kept = [...this.#kept, ...events].slice(-keptMax);
      this.#last = events.at(-1)?.position ?? last;
      wake(this.#waiting);
      for (const { aggregateid } of events) wake(this.#ofAggregate.get(aggregateid));
      return events.length;
    } catch (error) {
      this.#onFault(error);
      return 0;
    }
  }
}

function wake(waiting: Set<() => void> | undefined): void {
  for (const resolve of waiting ?? []) resolve();
}

/** Waits until one of the functions in `waiting` is called, the signal aborts, or the time has passed. */
async function waitIn(waiting: Set<() => void>, waitMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = Number.isFinite(waitMs) ? setTimeout(resolve, waitMs) : undefined;
  waiting.add(resolve);
  const onAbort = () => resolve();
  signal?.addEventListener('abort', onAbort);
  await promise;
  signal?.removeEventListener('abort', onAbort);
  waiting.delete(resolve);
  clearTimeout(timer);
}
