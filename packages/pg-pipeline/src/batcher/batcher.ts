import { BatchQueue } from './batch-queue.ts';
import { BatchRunner } from './batch-runner.ts';
import type { BatcherOptions, QueueOptions } from './batcher-options.ts';
import { KeysInUse } from './keys-in-use.ts';
import { QueueSpeed } from './queue-speed.ts';
import type { QueuedCommand } from './queued-command.ts';

// The states of a command, from `submit` to the moment when its promise settles:
//
// - queued: waits in memory for a lane (CommandQueue). Becomes `running`, `blocked`, `expired` or `abandoned`.
// - running: part of a batch, which is one transaction on one lane. No other running batch has one of its keys. Becomes
//   `succeeded` or `failed`; `blocked` when the batch met a row that another transaction has locked.
// - blocked: needs a locked row, and waits for it in memory without a lane (BlockedQueue). Becomes `queued` when the
// row
//   is free, `expired` or `abandoned`.
//
// The end of each command is one of these:
//
// - succeeded: resolved with its result; the transaction has committed.
// - failed: rejected with its batch's error. A batch is split and run again when one command may have caused the error.
// - expired: rejected with `overloaded`, because it was queued or blocked for longer than `waitMaxMs`. It did not run.
// - abandoned: rejected with `client_closed`, because its caller went away before its batch formed. It did not run.
// - refused: rejected with `overloaded` by `submit` itself. The queue is full or too slow, the command needs a
//   row that has been locked for longer than `waitMaxMs`, or the batcher is closed.
//
// A closed batcher refuses every new command, and runs those that it has.

/** A kind of commands in a batcher: its name, how many of them wait, are blocked or run, and `submit`. */
export type Queue<C, R> = Pick<BatchQueue<C, R>, 'name' | 'waiting' | 'blocked' | 'running' | 'submit'>;

// A few batches' time. A batch that runs for longer may wait for a row lock, which most commands don't need.
const laneWaitMs = 50;

/**
 * Runs many concurrent commands in few transactions. Commands queue while a batch runs; the next batch takes all that
 * wait, of all kinds, within each kind's limits. When nothing runs a command starts at once, as a batch of one. So
 * batches grow with the load, and no timer delays a command on an idle server.
 *
 * Slow batches, of one heavy command or of commands that wait for row locks, run beside the others.
 */
export class Batcher<C, R> {
  readonly #options: BatcherOptions<C, R> & { lanes: number; furtherLaneMin: number; waitMaxMs: number };
  readonly #queues: BatchQueue<C, R>[] = [];
  readonly #runner: BatchRunner<C, R>;
  readonly #keysInUse = new KeysInUse();
  readonly #speed: QueueSpeed;
  readonly #running = { fast: 0, slow: 0 };
  #runningFast = 0;
  #closed = false;
  #laneTimer: NodeJS.Timeout | undefined;
  #onIdle: (() => void)[] = [];

  /** @throws RangeError when `lanes` is less than 1 */
  constructor({ lanes = 2, furtherLaneMin = 16, waitMaxMs = 5_000, ...options }: BatcherOptions<C, R>) {
    if (!(lanes >= 1)) throw new RangeError('a batcher needs 1 lane or more');
    this.#options = { ...options, lanes, furtherLaneMin, waitMaxMs };
    this.#speed = new QueueSpeed(lanes);
    this.#runner = new BatchRunner({ ...options, hasQueued: () => this.#queued > 0 });
  }

  /** Adds a queue for one kind of commands. A batch takes commands of all queues. */
  addQueue(options: QueueOptions<C>): Queue<C, R> {
    const queue = new BatchQueue<C, R>(options, {
      waitMaxMs: this.#options.waitMaxMs,
      isClosed: () => this.#closed,
      startBatches: () => {
        this.#startBatches();
      },
      expectedWaitMs: (batchesAhead) =>
        this.#running.fast < this.#options.lanes && batchesAhead === 0
          ? 0
          : this.#speed.expectedWaitMs(batchesAhead, performance.now()),
    });
    this.#queues.push(queue);
    return queue;
  }

  /** All queues, in the order in which they were added. */
  get queues(): readonly Queue<C, R>[] {
    return this.#queues;
  }

  /** Batches that run now. */
  get running(): number {
    return this.#running.fast + this.#running.slow;
  }

  /** Refuses new commands from now on, and resolves when every accepted command has its result or error. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const queue of this.#queues) queue.close();
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  get #queued(): number {
    return this.#queues.reduce((sum, { queued }) => sum + queued, 0);
  }

  get #isIdle(): boolean {
    return this.running === 0 && this.#queues.every(({ waiting }) => waiting === 0);
  }

  /** Starts as many batches as there are free lanes and queued commands for them. */
  #startBatches(): void {
    while (this.#hasFreeLane() && this.#startBatch('fast'));
    while (this.#running.slow < this.#options.lanes && this.#startBatch('slow'));
    if (this.#onIdle.length > 0 && this.#isIdle)
      this.#onIdle.splice(0).forEach((resolve) => {
        resolve();
      });
  }

  #hasFreeLane(): boolean {
    const { lanes, furtherLaneMin } = this.#options;
    if (this.#running.fast === 0) return true;
    if (this.#running.fast >= lanes || this.#queued === 0) return false;
    // A further batch pays off once it is as large as the running ones.
    if (this.#queued >= Math.max(furtherLaneMin, this.#runningFast / this.#running.fast)) return true;
    const leftMs = Math.min(...this.#queues.map(({ oldestSince }) => oldestSince)) + laneWaitMs - performance.now();
    if (leftMs <= 0) return true;
    if (this.#laneTimer) return false;
    this.#laneTimer = setTimeout(() => {
      this.#laneTimer = undefined;
      this.#startBatches();
    }, leftMs);
    return false;
  }

  /** Starts the next batch. Returns false when there is none. */
  #startBatch(speed: 'fast' | 'slow'): boolean {
    const batch = this.#takeBatch(speed);
    if (batch.length === 0) return false;
    const waitsForLocks = batch.some((queued) => queued.waitsForLocks);
    const startedAt = performance.now();
    const queues = new Set(batch.map(({ queue }) => queue));
    const count = (by: 1 | -1) => {
      this.#running[speed] += by;
      if (speed === 'fast') this.#runningFast += by * batch.length;
      for (const queue of this.#queues) if (queues.has(queue)) queue.running += by;
    };
    count(1);
    this.#keysInUse.add(batch);
    if (speed === 'fast') this.#speed.start(startedAt);
    void this.#runner.run(batch, waitsForLocks).finally(() => {
      count(-1);
      this.#keysInUse.remove(batch);
      if (speed === 'fast') this.#speed.end(startedAt, performance.now());
      this.#startBatches();
    });
    return true;
  }

  /** The next commands of all queues; a slow batch takes those of one queue. */
  #takeBatch(speed: 'fast' | 'slow'): QueuedCommand<C, R>[] {
    const queues = this.#queues.filter((queue) => queue.has(speed));
    if (queues.length === 0) return [];
    const inUse = this.#keysInUse.all();
    const batch: QueuedCommand<C, R>[] = [];
    for (const queue of queues) {
      batch.push(...queue.takeBatch(speed, inUse));
      if (speed === 'slow' && batch.length > 0) break;
    }
    return batch;
  }
}
