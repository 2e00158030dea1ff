import { CommerceError } from '../errors.ts';
import { isWorthSplitting } from './is-worth-splitting.ts';
import { KeysInFlight } from './keys-in-flight.ts';

export type BatcherOptions<C, R> = {
  /** Names the queue in metrics. */
  name: string;
  /** Runs a batch as one transaction; answers each command, in order. A rejection concerns the whole batch. */
  run: (commands: C[], how: { patient: boolean }) => Promise<R[]>;
  /**
   * Which commands need rows that somebody else holds now, asked when a batch failed. Undefined when it failed by something
   * else. An impatient batch fails soon after it met such rows; those commands are then run again beside the lanes, patiently,
   * and the others at once. Without it, batches are patient.
   */
  stuckOf?: (error: unknown, commands: readonly C[]) => Promise<ReadonlySet<C> | undefined>;
  /** What a command counts against `weightMax`: its lines, say. At least 1. */
  weightOf?: (command: C) => number;
  /** What a command will lock, as far as it is known beforehand. Batches in flight at once never share any of it. */
  keysOf?: (command: C) => Iterable<string>;
  /** Batches at once, each on a connection of its own; 2 unless said: one works while the other waits for the disk. */
  lanes?: number;
  /** Commands a batch takes at most; 256 unless said. */
  commandsMax?: number;
  /** Weight a batch takes at most, but for a single command that is heavier; 2,000 unless said. */
  weightMax?: number;
  /** Commands that may wait; one more is refused. 2,000 unless said. */
  queueMax?: number;
  /** How long a command may wait; then it is refused instead of run, and so are new ones. 5,000 ms unless said. */
  waitMaxMs?: number;
  /** Told of every batch that ended. */
  onBatch?: (batch: BatchReport) => void;
};

/** One batch: its commands, their weight, how long the first of them waited, and how long the transaction took. */
export type BatchReport = { queue: string; commands: number; weight: number; waitedMs: number; tookMs: number; failed: boolean };

type Waiting<C, R> = {
  command: C;
  weight: number;
  keys: readonly string[];
  since: number;
  signal: AbortSignal | undefined;
  resolve: (answer: R) => void;
  reject: (error: unknown) => void;
};

/**
 * Many concurrent calls, few transactions. While a batch is in flight calls queue up; the next batch takes all that
 * waits, within its caps. Nothing waits when a lane is idle: a lone call is a batch of one, at once. Batches form by
 * themselves, the bigger the more is going on.
 */
export class Batcher<C, R> {
  readonly #options: Required<Omit<BatcherOptions<C, R>, 'onBatch' | 'stuckOf'>> & Pick<BatcherOptions<C, R>, 'onBatch' | 'stuckOf'>;
  #queue: Waiting<C, R>[] = [];
  #running = 0;
  #inFlight = 0;
  readonly #held = new KeysInFlight();
  readonly #stuck = new KeysInFlight();
  #quarantined = 0;
  #closed = false;
  #idle: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BatcherOptions<C, R>) {
    this.#options = {
      weightOf: () => 1, keysOf: () => [], lanes: 2, commandsMax: 256, weightMax: 2_000, queueMax: 2_000, waitMaxMs: 5_000, ...options,
    };
  }

  get name(): string {
    return this.#options.name;
  }

  /** Commands that wait for a lane. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Batches in flight. */
  get running(): number {
    return this.#running;
  }

  /**
   * Queues a command and answers what its batch answered for it. A command whose caller went away (`signal`) before its
   * batch formed isn't run.
   * @throws overloaded, at once where the queue is full or old, at the latest after `waitMaxMs`, with nothing done · what the batch failed with
   */
  async submit(command: C, signal?: AbortSignal): Promise<R> {
    if (this.#closed) throw stopping();
    this.#refuseOld();
    if (this.#queue.length >= this.#options.queueMax) throw overloaded();
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const weight = this.#options.weightOf(command);
    const keys = [...this.#options.keysOf(command)];
    this.#queue.push({ command, weight, keys, since: performance.now(), signal, resolve, reject });
    this.#pump();
    this.#watch();
    return promise;
  }

  /** Takes no more, and resolves when all that was taken is answered. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running === 0 && this.#quarantined === 0 && this.#queue.length === 0) return;
    await new Promise<void>((resolve) => { this.#idle.push(resolve); });
  }

  #pump(): void {
    while (this.#running < this.#options.lanes && this.#queue.length > 0) {
      // A further batch pays once it is as large as what is under way: smaller ones cost more each than they wait.
      if (this.#queue.length < this.#inFlight / Math.max(1, this.#running)) break;
      const batch = this.#next();
      if (batch.length === 0) break;
      this.#running += 1;
      this.#inFlight += batch.length;
      this.#held.add(batch);
      void this.#runBatch(batch, this.#options.stuckOf === undefined).finally(() => {
        this.#running -= 1;
        this.#inFlight -= batch.length;
        this.#held.remove(batch);
        this.#pump();
      });
    }
    if (this.#queue.length > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running === 0 && this.#quarantined === 0) this.#idle.splice(0).forEach((resolve) => { resolve(); });
  }

  /** Refuses what has waited too long: the front of the queue. */
  #refuseOld(): void {
    const tooOld = performance.now() - this.#options.waitMaxMs;
    const young = this.#queue.findIndex(({ since }) => since > tooOld);
    const old = this.#queue.splice(0, young < 0 ? this.#queue.length : young);
    old.forEach(({ reject }) => { reject(overloaded()); });
  }

  /** Lanes may all be stuck, so the oldest command is refused by the clock and not by the next batch. */
  #watch(): void {
    const [oldest] = this.#queue;
    if (this.#timer || !oldest) return;
    const dueInMs = oldest.since + this.#options.waitMaxMs - performance.now();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#refuseOld();
      this.#watch();
    }, Math.max(1, Math.ceil(dueInMs)));
  }

  /**
   * Takes what fits from the front of the queue, but for what nobody waits for any more. What would wait for rows of a batch
   * in flight stays where it is, and so does all behind it that shares a key with it: none is overtaken on its own rows.
   */
  #next(): Waiting<C, R>[] {
    const { commandsMax, weightMax } = this.#options;
    const batch: Waiting<C, R>[] = [];
    const left: Waiting<C, R>[] = [];
    const blocked = this.#held.all();
    let weight = 0;
    let seen = 0;
    for (const waiting of this.#queue) {
      // Behind a stuck row the queue may be long, and the rest of it shall not wait.
      if (batch.length >= commandsMax || (left.length >= commandsMax && this.#quarantined === 0)) break;
      if (batch.length > 0 && weight + waiting.weight > weightMax) break;
      seen += 1;
      if (waiting.signal?.aborted) waiting.reject(waiting.signal.reason);
      // What waits for a stuck row may be overtaken on its other rows: nobody knows how long it will take.
      else if (waiting.keys.some((key) => this.#stuck.has(key))) left.push(waiting);
      else if (waiting.keys.some((key) => blocked.has(key))) {
        left.push(waiting);
        for (const key of waiting.keys) blocked.add(key);
      } else {
        batch.push(waiting);
        weight += waiting.weight;
      }
    }
    this.#queue = [...left, ...this.#queue.slice(seen)];
    return batch;
  }

  /** Answers whether it went through as a whole. */
  async #runBatch(batch: Waiting<C, R>[], patient: boolean): Promise<boolean> {
    const started = performance.now();
    let failed = false;
    try {
      const answers = await this.#options.run(batch.map(({ command }) => command), { patient });
      const answer = () => { batch.forEach(({ resolve }, index) => { resolve(answers[index]!); }); };
      // To make many answers takes milliseconds: what waits is sent first, and the database works at it meanwhile.
      if (this.#queue.length > 0) setImmediate(answer);
      else answer();
    } catch (error) {
      failed = true;
      const stuck = patient ? undefined : await this.#stuckOf(error, batch);
      if (stuck) await this.#quarantine(batch, stuck);
      else await this.#split(batch, error, patient);
    }
    const weight = batch.reduce((sum, { weight }) => sum + weight, 0);
    const waitedMs = started - batch[0]!.since;
    this.#options.onBatch?.({ queue: this.#options.name, commands: batch.length, weight, waitedMs, tookMs: performance.now() - started, failed });
    return !failed;
  }

  async #stuckOf(error: unknown, batch: readonly Waiting<C, R>[]): Promise<ReadonlySet<C> | undefined> {
    try {
      return await this.#options.stuckOf?.(error, batch.map(({ command }) => command));
    } catch {
      // It can't be told: the patient run finds out what is wrong, and says so.
      return new Set();
    }
  }

  /** Rows that somebody holds for long must not hold up the rest: who needs them waits beside the lanes. */
  async #quarantine(batch: readonly Waiting<C, R>[], stuck: ReadonlySet<C>): Promise<void> {
    const { waits = [], goesOn = [] } = Object.groupBy(batch, ({ command }) => (stuck.has(command) ? 'waits' : 'goesOn'));
    if (waits.length > 0) {
      this.#quarantined += waits.length;
      for (const keys of [this.#held, this.#stuck]) keys.add(waits);
      void this.#runBatch(waits, true).finally(() => {
        this.#quarantined -= waits.length;
        for (const keys of [this.#held, this.#stuck]) keys.remove(waits);
        this.#pump();
      });
    }
    // Where nobody is stuck any more, whoever held the rows has let go.
    if (goesOn.length > 0) await this.#runBatch(goesOn, waits.length === 0);
  }

  /** A fault that one command may have caused must not cost its neighbours: half by half, down to the culprit. */
  async #split(batch: Waiting<C, R>[], error: unknown, patient: boolean): Promise<void> {
    if (batch.length === 1 || !isWorthSplitting(error)) {
      batch.forEach(({ reject }) => { reject(error); });
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    const [first, second] = [batch.slice(0, middle), batch.slice(middle)];
    const wentThrough = await this.#runBatch(first, patient);
    // Then the culprit is in the other half: to run that as a whole would only show it again.
    if (wentThrough && second.length > 1) await this.#split(second, error, patient);
    else await this.#runBatch(second, patient);
  }
}

const overloaded = () => new CommerceError('overloaded', 'too much is going on at the moment; nothing was done, try again shortly');
const stopping = () => new CommerceError('overloaded', 'this server is stopping; nothing was done, try again');
