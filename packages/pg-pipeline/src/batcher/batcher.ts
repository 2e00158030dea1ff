import { PipelineError } from '../pipeline-error.ts';
import { BatchRunner } from './batch-runner.ts';
import type { BatcherOptions } from './batcher-options.ts';
import { BlockedQueue } from './blocked-queue.ts';
import { CommandQueue, type QueueLimits } from './command-queue.ts';
import { KeysInUse } from './keys-in-use.ts';
import { QueueSpeed } from './queue-speed.ts';
import type { QueuedCommand } from './queued-command.ts';

// The states of a command, from `submit` to the moment when its promise settles:
//
// - queued: waits in memory for a lane (CommandQueue). Becomes `running`, `blocked`, `expired` or `abandoned`.
// - running: part of a batch, which is one transaction on one lane. No other running batch has one of its keys. Becomes
//   `succeeded` or `failed`; `blocked` when the batch met a row that another transaction has locked.
// - blocked: needs a locked row, and waits for it in memory without a lane (BlockedQueue). Becomes `queued` when the row
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

const defaultLimits: QueueLimits = { commandsMax: 256, weightMax: 2_000, queueMax: 2_000 };
// A few batches' time: a command that waits longer for an idle lane gains nothing from a larger batch.
const idleWaitMs = 50;
const pollEveryMs = 100;

/**
 * Runs many concurrent commands in few transactions. Commands queue while a batch runs; the next batch takes all that
 * wait, within its limits. When nothing runs a command starts at once, as a batch of one. So batches grow with the
 * load, and no timer delays a command on an idle server.
 */
export class Batcher<C, R> {
  readonly #options: BatcherOptions<C, R> & { lanes: number; waitMaxMs: number };
  readonly #queue: CommandQueue<C, R>;
  readonly #blocked: BlockedQueue<C, R>;
  readonly #runner: BatchRunner<C, R>;
  readonly #keysInUse = new KeysInUse();
  readonly #speed: QueueSpeed;
  #runningBatches = 0;
  #runningCommands = 0;
  #closed = false;
  #onIdle: (() => void)[] = [];
  #expiryTimer: NodeJS.Timeout | undefined;
  #startTimer: NodeJS.Timeout | undefined;

  /** @throws RangeError when `lanes` is less than 1 */
  constructor({ lanes = 2, waitMaxMs = 5_000, ...options }: BatcherOptions<C, R>) {
    if (!(lanes >= 1)) throw new RangeError('a batcher needs 1 lane or more');
    this.#options = { ...options, lanes, waitMaxMs };
    this.#queue = new CommandQueue({ ...defaultLimits, ...options });
    this.#speed = new QueueSpeed(lanes);
    const lockHoldersOf = options.lockHoldersOf ?? (async () => new Map<string, string>());
    this.#blocked = new BlockedQueue({
      pollEveryMs,
      waitMaxMs,
      lockHoldersOf,
      giveUp: (expired) => {
        rejectUnrun(expired);
        this.#startBatches();
      },
      putBack: (unblocked) => {
        this.#queue.putBack(unblocked);
        this.#startBatches();
        this.#watchExpiry();
      },
    });
    this.#runner = new BatchRunner({
      ...options,
      lockHoldersOf,
      block: (commands, holders) => {
        this.#blocked.add(commands, holders);
      },
      hasQueued: () => this.#queue.length > 0,
    });
  }

  /** The queue's name in metrics. */
  get name(): string {
    return this.#options.name;
  }

  /** Commands that are queued or blocked. */
  get waiting(): number {
    return this.#queue.length + this.#blocked.length;
  }

  /** Commands that are blocked, because another transaction has locked a row that they need. */
  get blocked(): number {
    return this.#blocked.length;
  }

  /** Batches that run now: 0 to `lanes`. */
  get running(): number {
    return this.#runningBatches;
  }

  /**
   * Queues a command and returns its result of the batch. A command whose `signal` aborts before its batch formed does
   * not run.
   * @throws PipelineError `overloaded` when the command was refused or expired; it did not run
   * @throws PipelineError `client_closed` when `signal` aborted; the command did not run
   * @throws the error that its batch failed with
   */
  async submit(command: C, signal?: AbortSignal): Promise<R> {
    const { weightOf, keysOf } = this.#options;
    if (this.#closed) throw stopping();
    this.#rejectExpired();
    const weight = weightOf ? weightOf(command) : 1;
    const keys = keysOf ? [...keysOf(command)] : [];
    if (this.#wouldExpire() || this.#queue.isFull(weight, this.#blocked.length) || this.#blocked.isExpired(keys))
      throw overloaded();
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#queue.push({
      command,
      weight,
      keys,
      since: performance.now(),
      waitsForLocks: this.#options.lockHoldersOf === undefined,
      signal,
      resolve,
      reject,
    });
    this.#startBatches();
    this.#watchExpiry();
    return promise;
  }

  /** Refuses new commands from now on, and resolves when every accepted command has its result or error. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#blocked.close();
    if (this.#runningBatches === 0 && this.waiting === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  /** Starts as many batches as there are free lanes and queued commands for them. */
  #startBatches(): void {
    while (this.#runningBatches < this.#options.lanes && this.#queue.length > 0) {
      if (this.#isWorthWaiting()) break;
      const { batch, blocked, abandoned } = this.#queue.takeBatch(this.#keysInUse.all(), this.#blocked.isBlocked);
      rejectUnrun(abandoned);
      this.#blocked.add(blocked);
      if (batch.length === 0) break;
      this.#startBatch(batch);
    }
    if (this.#queue.length > 0) return;
    clearTimeout(this.#expiryTimer);
    this.#expiryTimer = undefined;
    if (this.#runningBatches === 0 && this.waiting === 0)
      this.#onIdle.splice(0).forEach((resolve) => {
        resolve();
      });
  }

  #startBatch(batch: QueuedCommand<C, R>[]): void {
    this.#runningBatches += 1;
    this.#runningCommands += batch.length;
    this.#keysInUse.add(batch);
    const waitsForLocks = batch.some((queued) => queued.waitsForLocks);
    const startedAt = performance.now();
    this.#speed.start(startedAt);
    void this.#runner.run(batch, waitsForLocks).finally(() => {
      this.#runningBatches -= 1;
      this.#runningCommands -= batch.length;
      this.#keysInUse.remove(batch);
      this.#speed.end(startedAt, performance.now());
      this.#startBatches();
    });
  }

  /**
   * Returns whether a free lane should wait for more commands. A further batch pays off once it is as large as the
   * running ones: a smaller one costs each command more than the wait. The wait ends after `idleWaitMs`, however long
   * batches run.
   */
  #isWorthWaiting(): boolean {
    if (this.#runningBatches === 0 || this.#queue.length >= this.#runningCommands / this.#runningBatches) return false;
    const leftMs = (this.#queue.oldestSince ?? 0) + idleWaitMs - performance.now();
    if (leftMs <= 0) return false;
    if (this.#startTimer) return true;
    this.#startTimer = setTimeout(() => {
      this.#startTimer = undefined;
      this.#startBatches();
    }, leftMs);
    return true;
  }

  /**
   * Whether a new command would probably expire, at the speed of the queue: it is refused at once, so that its caller
   * need not wait. How long the oldest command waits says little: one slow batch may have the row that it needs.
   */
  #wouldExpire(): boolean {
    if (this.#runningBatches < this.#options.lanes && this.#queue.length === 0) return false;
    return this.#speed.expectedWaitMs(this.#queue.batches, performance.now()) >= this.#options.waitMaxMs;
  }

  #rejectExpired(): void {
    const expired = this.#queue.takeExpired(performance.now() - this.#options.waitMaxMs);
    rejectUnrun(expired);
  }

  /** Rejects the oldest queued command when it expires: all lanes may be busy for longer than that. */
  #watchExpiry(): void {
    const oldestSince = this.#queue.oldestSince;
    if (this.#expiryTimer || oldestSince === undefined) return;
    const dueInMs = oldestSince + this.#options.waitMaxMs - performance.now();
    this.#expiryTimer = setTimeout(
      () => {
        this.#expiryTimer = undefined;
        this.#rejectExpired();
        this.#watchExpiry();
      },
      Math.max(1, Math.ceil(dueInMs)),
    );
  }
}

/** Rejects commands that expired or were abandoned. */
function rejectUnrun<C, R>(commands: readonly QueuedCommand<C, R>[]): void {
  commands.forEach(({ signal, reject }) => {
    reject(signal?.aborted ? clientClosed() : overloaded());
  });
}

const overloaded = () =>
  new PipelineError('overloaded', 'too many commands wait at the moment; nothing was done, try again shortly');
const stopping = () => new PipelineError('overloaded', 'this server is stopping; nothing was done, try again');
const clientClosed = () =>
  new PipelineError('client_closed', 'the caller closed its connection before this ran; nothing was done');
