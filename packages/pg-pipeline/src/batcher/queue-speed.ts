/** Batches whose duration counts. One slow batch among them changes the median little. */
const batchesKept = 9;

/** Measures how fast the batches of a queue run, and estimates from that how long a new command will wait. */
export class QueueSpeed {
  readonly #lanes: number;
  /** When each running batch started, on the clock of `performance.now()`. */
  readonly #running: number[] = [];
  readonly #lastMs: number[] = [];
  #usualMs = 0;

  constructor(lanes: number) {
    this.#lanes = lanes;
  }

  /** Called when a batch starts. */
  start(startedAt: number): void {
    this.#running.push(startedAt);
  }

  /** Called when the batch that started at `startedAt` ends. */
  end(startedAt: number, now: number): void {
    this.#running.splice(this.#running.indexOf(startedAt), 1);
    this.#lastMs.push(now - startedAt);
    if (this.#lastMs.length > batchesKept) this.#lastMs.shift();
    this.#usualMs = this.#lastMs.toSorted((one, other) => one - other)[this.#lastMs.length >> 1] ?? 0;
  }

  /**
   * Estimates how long a new command waits for its batch, in milliseconds, when `batchesAhead` full batches of queued
   * commands run before it. The estimate is low rather than high: batches may be larger, and so slower, than the last
   * ones.
   */
  expectedWaitMs(batchesAhead: number, now: number): number {
    return this.#nextLaneMs(now) + Math.floor(batchesAhead / this.#lanes) * this.#usualMs;
  }

  /** In how many milliseconds a lane becomes free. */
  #nextLaneMs(now: number): number {
    if (this.#running.length < this.#lanes) return 0;
    let least = Infinity;
    for (const startedAt of this.#running) {
      const ranMs = now - startedAt;
      // Nothing is known about a batch that is slower than usual but how long it has run. It may run as long again.
      least = Math.min(least, ranMs < this.#usualMs ? this.#usualMs - ranMs : ranMs);
    }
    return least;
  }
}
