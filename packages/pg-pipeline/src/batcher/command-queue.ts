import type { QueuedCommand } from './queued-command.ts';

/** How much a batch takes, and how much may wait. */
export type QueueLimits = {
  /** Commands in a batch at most. Defaults to 256. */
  commandsMax: number;
  /**
   * Weight of a batch at most. Defaults to 2,000. One heavy command may exceed it; then up to half of `weightMax` is
   * left for light commands.
   */
  weightMax: number;
  /** Commands that may wait, queued and blocked ones together. Defaults to 2,000. */
  queueMax: number;
};

// A command that weighs more than this share of weightMax is heavy. A batch takes one heavy command at most, so that
// light commands don't wait for all of them.
const heavyShare = 1 / 4;
// Weight that may wait, in batches of weightMax: queued commands lie in memory.
const batchesWaitingMax = 50;

type Taken<C, R> = {
  /** Commands that run now. */
  batch: QueuedCommand<C, R>[];
  /** Commands that need a row which another transaction has locked. */
  blocked: QueuedCommand<C, R>[];
  /** Commands whose caller has closed its connection. */
  abandoned: QueuedCommand<C, R>[];
};

/** Commands that wait for a batch, the oldest first. */
export class CommandQueue<C, R> {
  readonly #limits: QueueLimits;
  #commands: QueuedCommand<C, R>[] = [];
  #weight = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#commands.length;
  }

  /** The number of batches that the queued commands fill. */
  get batches(): number {
    return Math.max(this.#commands.length / this.#limits.commandsMax, this.#weight / this.#limits.weightMax);
  }

  /** When the oldest command was submitted, on the clock of `performance.now()`; undefined when the queue is empty. */
  get oldestSince(): number | undefined {
    return this.#commands[0]?.since;
  }

  /** Returns whether a command of this weight exceeds the limits, when `blocked` commands wait in the blocked queue. */
  isFull(weight: number, blocked: number): boolean {
    const { queueMax, weightMax } = this.#limits;
    return (
      this.#commands.length + blocked >= queueMax ||
      (this.#weight > 0 && this.#weight + weight > weightMax * batchesWaitingMax)
    );
  }

  /** Adds a new command at the end. */
  push(queued: QueuedCommand<C, R>): void {
    this.#commands.push(queued);
    this.#weight += queued.weight;
  }

  /** Adds commands that were blocked, each at the place that its time of submission gives it. */
  putBack(unblocked: readonly QueuedCommand<C, R>[]): void {
    this.#set([...unblocked, ...this.#commands].toSorted((one, other) => one.since - other.since));
  }

  /** Removes and returns the commands that were submitted at `before` or earlier. */
  takeExpired(before: number): QueuedCommand<C, R>[] {
    const firstYoung = this.#commands.findIndex(({ since }) => since > before);
    const expired = this.#commands.slice(0, firstYoung < 0 ? this.#commands.length : firstYoung);
    if (expired.length > 0) this.#set(this.#commands.slice(expired.length));
    return expired;
  }

  /**
   * Removes the next batch from the front, with the blocked and abandoned commands found on the way.
   *
   * A command that shares a key with a running batch (`inUse`) stays in the queue, and its keys are added to `inUse`: a
   * later command never overtakes an earlier one on the same row. Blocked commands may be overtaken, because their lock
   * may last for long.
   */
  takeBatch(inUse: Set<string>, isBlocked: (keys: readonly string[]) => boolean): Taken<C, R> {
    const { commandsMax } = this.#limits;
    const taken: Taken<C, R> = { batch: [], blocked: [], abandoned: [] };
    const left: QueuedCommand<C, R>[] = [];
    const fits = this.#createWeightCheck();
    let inUseCount = 0;
    let seen = 0;
    for (const queued of this.#commands) {
      // Bounds the search through a long queue of commands that share keys with running batches.
      if (taken.batch.length >= commandsMax || inUseCount >= commandsMax) break;
      seen += 1;
      const { keys } = queued;
      const isInUse = keys.some((key) => inUse.has(key));
      if (queued.signal?.aborted) taken.abandoned.push(queued);
      else if (isBlocked(keys)) taken.blocked.push(queued);
      else if (!isInUse && mayShareBatch(queued, taken.batch[0]) && fits(queued.weight)) taken.batch.push(queued);
      else {
        left.push(queued);
        for (const key of keys) inUse.add(key);
        if (isInUse) inUseCount += 1;
      }
    }
    if (left.length < seen) this.#set([...left, ...this.#commands.slice(seen)]);
    return taken;
  }

  /** Returns a function that says, of one weight after the other, whether it still fits into one batch. */
  #createWeightCheck(): (weight: number) => boolean {
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

  #set(commands: QueuedCommand<C, R>[]): void {
    this.#commands = commands;
    this.#weight = commands.reduce((sum, { weight }) => sum + weight, 0);
  }
}

/** A batch that waits for row locks may take seconds, so a command that needs no lock wait is never part of it. */
const mayShareBatch = <C, R>({ waitsForLocks }: QueuedCommand<C, R>, first: QueuedCommand<C, R> | undefined): boolean =>
  first === undefined || first.waitsForLocks === waitsForLocks;
