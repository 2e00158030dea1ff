/** How one side did in one turn. */
export type Measured = {
  /** Calls that ended well within the measured time, a second. */
  perSecond: number;
  /** From a call's start (at a given rate: from when it was due) to its answer. */
  p50Ms: number;
  p99Ms: number;
  /** Calls that ended well, those before and after the measured time counted. */
  succeeded: number;
  /** Calls that didn't, by status or error, likewise. */
  failed: Record<string, number>;
  /** CPU that making the load took, in cores. */
  loadCores?: number;
  /** CPU time in µs a call that ended well, where the system tells: of PostgreSQL with all its processes, of the API. */
  cpuUs?: { postgres: number; node: number | undefined };
};

export type Window = {
  /** Runs before measuring begins. */
  warmMs: number;
  measureMs: number;
};

/** Collects the calls of one turn. Times are those of performance.now(). */
export class Meter {
  readonly #window: Window;
  readonly #latencies: number[] = [];
  readonly #failed = new Map<string, number>();
  #cpu = process.cpuUsage();
  #began = 0;
  #from = 0;
  #to = 0;
  #succeeded = 0;

  constructor(window: Window) {
    this.#window = window;
  }

  start(): void {
    this.#cpu = process.cpuUsage();
    this.#began = performance.now();
    this.#from = this.#began + this.#window.warmMs;
    this.#to = this.#from + this.#window.measureMs;
  }

  /** Whether calls are still to be begun. */
  get open(): boolean {
    return performance.now() < this.#to;
  }

  success(since: number): void {
    const now = performance.now();
    this.#succeeded += 1;
    if (now >= this.#from && now < this.#to) this.#latencies.push(now - since);
  }

  failure(kind: string): void {
    this.#failed.set(kind, (this.#failed.get(kind) ?? 0) + 1);
  }

  result(): Measured {
    const { user, system } = process.cpuUsage(this.#cpu);
    const loadCores = (user + system) / 1000 / (performance.now() - this.#began);
    return {
      ...summary(this.#latencies, this.#window.measureMs / 1000),
      succeeded: this.#succeeded,
      failed: Object.fromEntries(this.#failed),
      loadCores,
    };
  }
}

/** Rate and percentiles of the latencies (ms) of the calls that ended within `seconds`. */
export function summary(
  latencies: readonly number[],
  seconds: number,
): Pick<Measured, 'perSecond' | 'p50Ms' | 'p99Ms'> {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
  return { perSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}
