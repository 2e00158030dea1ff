import type { QueuedCommand } from './queued-command.ts';

/** How much a batch takes, and how much may wait. */
export type QueueLimits = {
  /** Commands in a batch at most. Defaults to 256. */
  commandsMax: number;
  /** Weight of a batch at most. Defaults to 2,000. A heavy command may exceed it, alone in its batch. */
  weightMax: number;
  /** Commands that may wait, queued and blocked ones together. Defaults to 2,000. */
  queueMax: number;
};

// A command that weighs more than this share of weightMax is heavy.
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
  #slow = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#commands.length;
  }

  /** The number of commands of this speed. */
  count(speed: 'fast' | 'slow'): number {
    return speed === 'slow' ? this.#slow : this.#commands.length - this.#slow;
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
    if (queued.speed === 'slow') this.#slow += 1;
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
   * Returns whether a command of this weight is heavy: its batch takes no other command, so that no other waits for it.
   */
  isHeavy(weight: number): boolean {
    return weight > this.#limits.weightMax * heavyShare;
  }

  /**
   * Removes the next batch from the front, with the blocked and abandoned commands found on the way. A slow batch is
   * one heavy command, or commands that wait for row locks; any other batch has neither.
   *
   * A command that shares a key with a running batch (`inUse`) stays in the queue, and its keys are added to `inUse`: a
   * later command never overtakes an earlier one on the same row. Blocked commands may be overtaken, because their lock
   * may last for long.
   */
  takeBatch(speed: 'fast' | 'slow', inUse: Set<string>, isBlocked: (keys: readonly string[]) => boolean): Taken<C, R> {
    const taken: Taken<C, R> = { batch: [], blocked: [], abandoned: [] };
    const { commandsMax } = this.#limits;
    const left: QueuedCommand<C, R>[] = [];
    let inUseCount = 0;
    let seen = 0;
    let weight = 0;
    for (const queued of this.#commands) {
      // Bounds the search through a long queue of commands that share keys with running batches.
      if (taken.batch.length >= commandsMax || inUseCount >= commandsMax) break;
      seen += 1;
      const { keys } = queued;
      const isInUse = keys.some((key) => inUse.has(key));
      if (queued.signal?.aborted) taken.abandoned.push(queued);
      else if (isBlocked(keys)) taken.blocked.push(queued);
      else if (!isInUse && queued.speed === speed && this.#fits(queued, taken.batch, weight)) {
        taken.batch.push(queued);
        weight += queued.weight;
      } else {
        left.push(queued);
        for (const key of keys) inUse.add(key);
        if (isInUse) inUseCount += 1;
      }
    }
    if (left.length < seen) this.#set([...left, ...this.#commands.slice(seen)]);
    return taken;
  }

  /** Whether a batch that weighs `taken` so far takes a further command of this weight. */
  #fits({ weight }: QueuedCommand<C, R>, [first]: readonly QueuedCommand<C, R>[], taken: number): boolean {
    if (!first) return true;
    return !this.isHeavy(weight) && !this.isHeavy(first.weight) && taken + weight <= this.#limits.weightMax;
  }

  #set(commands: QueuedCommand<C, R>[]): void {
    this.#commands = commands;
    this.#weight = commands.reduce((sum, { weight }) => sum + weight, 0);
    this.#slow = commands.filter(({ speed }) => speed === 'slow').length;
  }
}
