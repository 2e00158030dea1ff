/** The figures of one side in one turn. */
export type Measured = {
  /** Calls a second that succeeded within the measured time. */
  perSecond: number;
  /** Latency: from a call's start (at a given rate: from its due time) to its response. */
  p50Ms: number;
  p99Ms: number;
  /** Calls that succeeded, also before and after the measured time. */
  succeeded: number;
  /** Calls that failed, by status or error, also before and after the measured time. */
  failed: Record<string, number>;
  /** The program that sent the calls. */
  sentBy?: string;
  /** CPU time of the load process, in cores. */
  loadCores?: number;
  /** CPU time in µs for a call that succeeded: of all PostgreSQL processes, and of the API. Missing without /proc. */
  cpuUs?: { postgres: number; node: number | undefined };
};

export type Window = {
  /** The warm-up before the measured time. */
  warmMs: number;
  measureMs: number;
};

/** Collects the calls of one turn. Times are from performance.now(). */
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

  /** Whether new calls should begin. */
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

/** Returns the rate and the percentiles of calls that succeeded within `seconds`. @param latencies in ms */
export function summary(
  latencies: readonly number[],
  seconds: number,
): Pick<Measured, 'perSecond' | 'p50Ms' | 'p99Ms'> {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN;
  return { perSecond: latencies.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}
