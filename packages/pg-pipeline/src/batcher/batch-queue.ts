import { PipelineError } from '../pipeline-error.ts';
import type { LockHolders, QueueOptions } from './batcher-options.ts';
import { BlockedQueue } from './blocked-queue.ts';
import { CommandQueue, type QueueLimits } from './command-queue.ts';
import type { CommandSource, QueuedCommand } from './queued-command.ts';

const defaultLimits: QueueLimits = { commandsMax: 256, weightMax: 2_000, queueMax: 2_000 };
const pollEveryMs = 100;

/** What a queue needs of its batcher. */
export type QueueOwner = {
  /** How long a command may wait in milliseconds. */
  waitMaxMs: number;
  isClosed: () => boolean;
  /** Starts as many batches as there are free lanes. */
  startBatches: () => void;
  /** In how many milliseconds a new command of a queue will probably run, when this many full batches wait there. */
  expectedWaitMs: (batchesAhead: number) => number;
};

/** The commands of one kind that wait for a batch, in `Batcher`. */
export class BatchQueue<C, R> implements CommandSource<C, R> {
  readonly #options: QueueOptions<C>;
  readonly #owner: QueueOwner;
  readonly #commands: CommandQueue<C, R>;
  readonly #lockHoldersOf: (keys: readonly string[]) => Promise<LockHolders>;
  readonly #blocked: BlockedQueue<C, R>;
  #expiryTimer: NodeJS.Timeout | undefined;
  /** Batches that run now with commands of this queue. */
  running = 0;

  constructor(options: QueueOptions<C>, owner: QueueOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#commands = new CommandQueue({ ...defaultLimits, ...options });
    this.#lockHoldersOf = options.lockHoldersOf ?? (async () => new Map<string, string>());
    this.#blocked = new BlockedQueue({
      pollEveryMs,
      waitMaxMs: owner.waitMaxMs,
      lockHoldersOf: this.#lockHoldersOf,
      giveUp: (expired) => {
        rejectUnrun(expired);
        owner.startBatches();
      },
      putBack: (unblocked) => {
        this.#commands.putBack(unblocked);
        owner.startBatches();
        this.#watchExpiry();
      },
    });
  }

  /** The queue's name in metrics. */
  get name(): string {
    return this.#options.name;
  }

  /** Commands that are queued. */
  get queued(): number {
    return this.#commands.length;
  }

  /** When the oldest queued command was submitted, on the clock of `performance.now()`; Infinity without commands. */
  get oldestSince(): number {
    return this.#commands.oldestSince ?? Infinity;
  }

  /** Commands that are queued or blocked. */
  get waiting(): number {
    return this.#commands.length + this.#blocked.length;
  }

  /** Commands that are blocked, because another transaction has locked a row that they need. */
  get blocked(): number {
    return this.#blocked.length;
  }

  /**
   * Queues a command and returns its result of the batch. A command whose `signal` aborts before its batch formed does
   * not run.
   * @throws PipelineError `overloaded` when the command was refused or expired; it did not run
   * @throws PipelineError `client_closed` when `signal` aborted; the command did not run
   * @throws the error that its batch failed with
   */
  async submit(command: C, signal?: AbortSignal): Promise<R> {
    const { weightOf, keysOf, lockHoldersOf } = this.#options;
    const { isClosed, waitMaxMs, expectedWaitMs, startBatches } = this.#owner;
    if (isClosed()) throw stopping();
    this.#rejectExpired();
    const weight = weightOf ? weightOf(command) : 1;
    const keys = keysOf ? [...keysOf(command)] : [];
    // A command that would expire is refused at once. How long the oldest command waits says little: one slow batch may
    // have the row that it needs.
    if (
      expectedWaitMs(this.#commands.batches) >= waitMaxMs ||
      this.#commands.isFull(weight, this.#blocked.length) ||
      this.#blocked.isExpired(keys)
    )
      throw overloaded();
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.#commands.push({
      command,
      queue: this,
      weight,
      keys,
      since: performance.now(),
      speed: this.#commands.isHeavy(weight) ? 'slow' : 'fast',
      waitsForLocks: lockHoldersOf === undefined,
      signal,
      resolve,
      reject,
    });
    startBatches();
    this.#watchExpiry();
    return promise;
  }

  /** Returns whether a command of this speed is queued. */
  has(speed: 'fast' | 'slow'): boolean {
    return this.#commands.count(speed) > 0;
  }

  /** Removes the next batch; see `CommandQueue.takeBatch`. */
  takeBatch(speed: 'fast' | 'slow', inUse: Set<string>): QueuedCommand<C, R>[] {
    const { batch, blocked, abandoned } = this.#commands.takeBatch(speed, inUse, this.#blocked.isBlocked);
    rejectUnrun(abandoned);
    this.#blocked.add(blocked);
    if (this.#commands.length === 0) {
      clearTimeout(this.#expiryTimer);
      this.#expiryTimer = undefined;
    }
    return batch;
  }

  async readLockHolders(commands: readonly QueuedCommand<C, R>[]): Promise<LockHolders> {
    try {
      const keys = new Set(commands.flatMap((queued) => queued.keys));
      return await this.#lockHoldersOf([...keys]);
    } catch {
      // Then no command counts as blocked. The batch runs again, waits for locks, and rejects with the database's
      // error.
      return new Map();
    }
  }

  block(commands: QueuedCommand<C, R>[], holders: LockHolders): void {
    this.#blocked.add(commands, holders);
  }

  /** Stops polling for locked rows as soon as no command is blocked. */
  close(): void {
    this.#blocked.close();
  }

  #rejectExpired(): void {
    rejectUnrun(this.#commands.takeExpired(performance.now() - this.#owner.waitMaxMs));
  }

  /** Rejects the oldest queued command when it expires: all lanes may be busy for longer than that. */
  #watchExpiry(): void {
    const oldestSince = this.#commands.oldestSince;
    if (this.#expiryTimer || oldestSince === undefined) return;
    const dueInMs = oldestSince + this.#owner.waitMaxMs - performance.now();
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
