import { isLockTimeout } from '../database-errors.ts';
import { PipelineError } from '../pipeline-error.ts';
import { BlockedQueue, type LockHolders } from './blocked-queue.ts';
import type { BatcherOptions } from './batcher-options.ts';
import { isWorthSplitting } from './is-worth-splitting.ts';
import { KeysInFlight } from './keys-in-flight.ts';
import { Queue, type QueueLimits } from './queue.ts';
import type { Waiting } from './waiting.ts';

// Limits unless said: commands and weight of a batch, commands that wait.
const limits: QueueLimits = { commandsMax: 256, weightMax: 2_000, queueMax: 2_000 };
// A few batches' time: whoever waits longer for an idle lane wins nothing by a larger batch.
const idleWaitMs = 50;
const lookEveryMs = 100;

/**
 * Many concurrent calls, few transactions. While a batch is in flight calls queue up; the next batch takes all that
 * waits, within its caps. Nothing waits when nothing is in flight: a lone call is a batch of one, at once. Batches form by
 * themselves, the bigger the more is going on.
 */
export class Batcher<C, R> {
  readonly #options: BatcherOptions<C, R> & { lanes: number; waitMaxMs: number };
  readonly #queue: Queue<C, R>;
  readonly #blocked: BlockedQueue<C, R>;
  readonly #held = new KeysInFlight();
  #running = 0;
  #inFlight = 0;
  /** Whether calls were refused by their age since the last batch ended. */
  #isStalled = false;
  #closed = false;
  #idle: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #pumpLater: NodeJS.Timeout | undefined;

  constructor({ lanes = 2, waitMaxMs = 5_000, ...options }: BatcherOptions<C, R>) {
    if (!(lanes >= 1)) throw new RangeError('a batcher needs a lane');
    this.#options = { ...options, lanes, waitMaxMs };
    this.#queue = new Queue({ ...limits, ...options });
    this.#blocked = new BlockedQueue({
      lookEveryMs,
      waitMaxMs,
      lockHoldersOf: async (keys) => options.lockHoldersOf!(keys),
      giveUp: (waiting) => {
        refuse(waiting);
        this.#pump();
      },
      putBack: (waiting) => {
        this.#queue.putBack(waiting);
        this.#pump();
        this.#watch();
      },
    });
  }

  get name(): string {
    return this.#options.name;
  }

  /** Commands that wait for a lane, or for rows that somebody holds. */
  get waiting(): number {
    return this.#queue.length + this.#blocked.length;
  }

  /** Those of them that wait for rows that somebody holds. */
  get blocked(): number {
    return this.#blocked.length;
  }

  /** Batches in flight. */
  get running(): number {
    return this.#running;
  }

  /**
   * Queues a command and answers what its batch answered for it. A command whose caller went away (`signal`) before its
   * batch formed isn't run.
   * @throws overloaded, with nothing done: at once where the queue is full, has become old, or needs rows that are held for
   * long already; at the latest after `waitMaxMs` · client_closed · what the batch failed with
   */
  async submit(command: C, signal?: AbortSignal): Promise<R> {
    const { weightOf, keysOf } = this.#options;
    if (this.#closed) throw stopping();
    this.#refuseOld();
    const weight = weightOf ? weightOf(command) : 1;
    const keys = keysOf ? [...keysOf(command)] : [];
    if (this.#isOld() || this.#queue.isFull(weight, this.#blocked.length) || this.#blocked.isExpired(keys))
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
    this.#pump();
    this.#watch();
    return promise;
  }

  /** Takes no more, and resolves when all that was taken is answered. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#blocked.close();
    if (this.#running === 0 && this.waiting === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle.push(resolve);
    });
  }

  #pump(): void {
    while (this.#running < this.#options.lanes && this.#queue.length > 0) {
      if (this.#isWorthWaiting()) break;
      const { batch, blocked, gone } = this.#queue.next(this.#held.all(), this.#blocked.isBlocked);
      refuse(gone);
      this.#blocked.add(blocked);
      if (batch.length === 0) break;
      this.#running += 1;
      this.#inFlight += batch.length;
      this.#held.add(batch);
      void this.#runBatch(
        batch,
        batch.some(({ waitsForLocks }) => waitsForLocks),
      ).finally(() => {
        this.#running -= 1;
        this.#inFlight -= batch.length;
        this.#held.remove(batch);
        this.#isStalled = false;
        this.#pump();
      });
    }
    if (this.#queue.length > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running === 0 && this.waiting === 0)
      this.#idle.splice(0).forEach((resolve) => {
        resolve();
      });
  }

  /**
   * A further batch pays once it is as large as what is under way: smaller ones cost more each than they wait. But one that
   * is under way for long may stay so.
   */
  #isWorthWaiting(): boolean {
    if (this.#running === 0 || this.#queue.length >= this.#inFlight / this.#running) return false;
    const leftMs = (this.#queue.oldestSince ?? 0) + idleWaitMs - performance.now();
    if (leftMs <= 0) return false;
    if (this.#pumpLater) return true;
    this.#pumpLater = setTimeout(() => {
      this.#pumpLater = undefined;
      this.#pump();
    }, leftMs);
    return true;
  }

  /** Whoever came now would hear of it only when it is too late: nothing went through, or the first one waits long already. */
  #isOld(): boolean {
    if (this.#running === 0) return false;
    return this.#isStalled || (this.#queue.oldestSince ?? Infinity) < performance.now() - this.#options.waitMaxMs / 2;
  }

  #refuseOld(): void {
    const old = this.#queue.takeOld(performance.now() - this.#options.waitMaxMs);
    if (old.length > 0) this.#isStalled = true;
    refuse(old);
  }

  /** Lanes may all be stuck, so the oldest command is refused by the clock and not by the next batch. */
  #watch(): void {
    const oldestSince = this.#queue.oldestSince;
    if (this.#timer || oldestSince === undefined) return;
    const dueInMs = oldestSince + this.#options.waitMaxMs - performance.now();
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#refuseOld();
        this.#watch();
      },
      Math.max(1, Math.ceil(dueInMs)),
    );
  }

  /** Answers whether it went through as a whole. */
  async #runBatch(batch: Waiting<C, R>[], waitsForLocks: boolean): Promise<boolean> {
    const started = performance.now();
    let failed = false;
    try {
      const answers = await this.#options.run(
        batch.map(({ command }) => command),
        { waitsForLocks },
      );
      const answer = () => {
        batch.forEach(({ resolve }, index) => {
          resolve(answers[index]!);
        });
      };
      // To make many answers takes milliseconds: what waits is sent first, and the database works at it meanwhile.
      if (this.#queue.length > 0) setImmediate(answer);
      else answer();
    } catch (error) {
      failed = true;
      if (!waitsForLocks && isLockTimeout(error)) await this.#putAside(batch);
      else await this.#split(batch, error, waitsForLocks);
    }
    this.#report(batch, started, failed);
    return !failed;
  }

  /** Rows that somebody holds for long must not hold up the rest: who needs them is put aside, the others run. */
  async #putAside(batch: Waiting<C, R>[]): Promise<void> {
    const held = await this.#lockHoldersOf(batch);
    const { stuck = [], goesOn = [] } = Object.groupBy(batch, ({ keys }) =>
      keys.some((key) => held.has(key)) ? 'stuck' : 'goesOn',
    );
    this.#blocked.add(stuck, held);
    // Where nobody is stuck any more, whoever held the rows has let go, or holds others: then they are waited for.
    if (goesOn.length > 0) await this.#runBatch(goesOn, stuck.length === 0);
  }

  async #lockHoldersOf(batch: readonly Waiting<C, R>[]): Promise<LockHolders> {
    try {
      return await this.#options.lockHoldersOf!([...new Set(batch.flatMap(({ keys }) => keys))]);
    } catch {
      // It can't be told: the patient run finds out what is wrong, and says so.
      return new Map();
    }
  }

  /** A fault that one command may have caused must not cost its neighbours: half by half, down to the culprit. */
  async #split(batch: Waiting<C, R>[], error: unknown, waitsForLocks: boolean): Promise<void> {
    if (batch.length === 1 || !isWorthSplitting(error)) {
      batch.forEach(({ reject }) => {
        reject(error);
      });
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    const [first, second] = [batch.slice(0, middle), batch.slice(middle)];
    const wentThrough = await this.#runBatch(first, waitsForLocks);
    // Then the culprit is in the other half: to run that as a whole would only show it again.
    if (wentThrough && second.length > 1) await this.#split(second, error, waitsForLocks);
    else await this.#runBatch(second, waitsForLocks);
  }

  #report(batch: readonly Waiting<C, R>[], started: number, failed: boolean): void {
    const weight = batch.reduce((sum, { weight }) => sum + weight, 0);
    const waitedMs = started - batch[0]!.since;
    const tookMs = performance.now() - started;
    try {
      this.#options.onBatch?.({ queue: this.#options.name, commands: batch.length, weight, waitedMs, tookMs, failed });
    } catch {
      // Whoever watches has a fault of its own; the batch has none.
    }
  }
}

function refuse<C, R>(waiting: readonly Waiting<C, R>[]): void {
  waiting.forEach(({ signal, reject }) => {
    reject(signal?.aborted ? gone() : overloaded());
  });
}

const overloaded = () =>
  new PipelineError('overloaded', 'too much is going on at the moment; nothing was done, try again shortly');
const stopping = () => new PipelineError('overloaded', 'this server is stopping; nothing was done, try again');
const gone = () => new PipelineError('client_closed', 'whoever asked for this has gone; nothing was done');
