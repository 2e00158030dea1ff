import type { Waiting } from './waiting.ts';

export type QueueLimits = {
  /** Commands a batch takes at most. */
  commandsMax: number;
  /** Weight a batch takes at most, but for a heavy command: up to half of it is left for light ones beside that. */
  weightMax: number;
  /** Commands that may wait. */
  queueMax: number;
};

// Of a heavy command one is taken at a time, so that many of them don't keep all others waiting.
const heavyShare = 1 / 4;
// Weight that may wait, in the heaviest batches: what waits lies in memory.
const batchesWaitingMax = 50;

type Taken<C, R> = {
  batch: Waiting<C, R>[];
  /** Commands that need what is stuck. */
  blocked: Waiting<C, R>[];
  /** Commands that nobody waits for any more. */
  gone: Waiting<C, R>[];
};

/** Commands that wait for a batch, in the order they came. */
export class Queue<C, R> {
  readonly #limits: QueueLimits;
  #waiting: Waiting<C, R>[] = [];
  #weight = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Since when the first one waits. */
  get oldestSince(): number | undefined {
    return this.#waiting[0]?.since;
  }

  /** Whether there is no room for one more of this weight, with `others` that wait elsewhere. */
  isFull(weight: number, others: number): boolean {
    const { queueMax, weightMax } = this.#limits;
    return (
      this.#waiting.length + others >= queueMax ||
      (this.#weight > 0 && this.#weight + weight > weightMax * batchesWaitingMax)
    );
  }

  push(waiting: Waiting<C, R>): void {
    this.#waiting.push(waiting);
    this.#weight += waiting.weight;
  }

  /** Lets commands wait again, at the place that their time gives them. */
  putBack(back: readonly Waiting<C, R>[]): void {
    this.#set([...back, ...this.#waiting].toSorted((one, other) => one.since - other.since));
  }

  /** Takes out those who wait since before `before`. */
  takeOld(before: number): Waiting<C, R>[] {
    const young = this.#waiting.findIndex(({ since }) => since > before);
    const old = this.#waiting.slice(0, young < 0 ? this.#waiting.length : young);
    if (old.length > 0) this.#set(this.#waiting.slice(old.length));
    return old;
  }

  /**
   * Takes what fits from the front, but for what nobody waits for any more. What would wait for a batch in flight, whose keys
   * are `blocked`, stays where it is, and so does all behind it that shares a key with it, for which `blocked` grows: none is
   * overtaken on its own rows. What needs something stuck is taken out, and may be: nobody knows how long it will take.
   */
  next(inUse: Set<string>, isBlocked: (keys: readonly string[]) => boolean): Taken<C, R> {
    const { commandsMax } = this.#limits;
    const taken: Taken<C, R> = { batch: [], blocked: [], gone: [] };
    const left: Waiting<C, R>[] = [];
    const fits = this.#room();
    let inUseCount = 0;
    let seen = 0;
    for (const waiting of this.#waiting) {
      // To look further into a long queue costs more than it finds.
      if (taken.batch.length >= commandsMax || inUseCount >= commandsMax) break;
      seen += 1;
      const { keys } = waiting;
      const isInUse = keys.some((key) => inUse.has(key));
      if (waiting.signal?.aborted) taken.gone.push(waiting);
      else if (isBlocked(keys)) taken.blocked.push(waiting);
      else if (!isInUse && isAlike(waiting, taken.batch[0]) && fits(waiting.weight)) taken.batch.push(waiting);
      else {
        left.push(waiting);
        for (const key of keys) inUse.add(key);
        if (isInUse) inUseCount += 1;
      }
    }
    if (left.length < seen) this.#set([...left, ...this.#waiting.slice(seen)]);
    return taken;
  }

  /** Answers of one weight after the other whether it fits into a batch beside those before it. */
  #room(): (weight: number) => boolean {
    const { weightMax } = this.#limits;
    let light = 0;
    let heavy = 0;
    return (weight) => {
      if (weight <= weightMax * heavyShare) {
        if (light + weight > weightMax - Math.min(heavy, weightMax / 2)) return false;
        light += weight;
        return true;
      }
      const isFirst = light === 0 && heavy === 0;
      if (!isFirst && (light > weightMax / 2 || heavy + weight > weightMax / 2)) return false;
      heavy += weight;
      return true;
    };
  }

  #set(waiting: Waiting<C, R>[]): void {
    this.#waiting = waiting;
    this.#weight = waiting.reduce((sum, { weight }) => sum + weight, 0);
  }
}

/** Those who wait in the database for rows may wait long: nobody who needn't shall wait with them. */
const isAlike = <C, R>({ waitsForLocks }: Waiting<C, R>, first: Waiting<C, R> | undefined): boolean =>
  first === undefined || first.waitsForLocks === waitsForLocks;
