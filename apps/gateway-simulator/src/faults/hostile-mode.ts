import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Pauses } from '../delivery/pauses.ts';
import { defaultRates, faultKinds, recordOfKinds, type FaultKind } from './fault-kinds.ts';

const rate = z.number().min(0).max(1);
const ms = z.int().min(0).max(600_000);

/** The input of `POST /hostile`. */
export const hostileInput = z.union([
  z.strictObject({ off: z.literal(true) }),
  z.strictObject({
    /** The same seed makes the same faults for the same payments. */
    seed: z.union([z.int(), z.string().min(1).max(100)]),
    rates: z.partialRecord(z.enum(faultKinds), rate).default({}),
    /** Multiplies the default rates of the kinds that `rates` omits. 0 turns them off. */
    scale: z.number().min(0).max(10).default(1),
    /** The longest delay of a delayed event or change. */
    delayMs: ms.default(2_000),
    latencyMs: ms.default(300),
    /** Whether calls that only read (GET) have faults too. */
    reads: z.boolean().default(true),
    /** After this time a call without a response loses its connection, unless its caller has hung up before. */
    silenceMs: ms.default(60_000),
  }),
]);

// A payment needs some dozens of keys. The count of a key that was forgotten begins at 1 again.
const keysMax = 1_000_000;

export type HostileSettings = Exclude<z.infer<typeof hostileInput>, { off: true }>;

/**
 * Decides which faults happen. Each decision is drawn from the seed and a key that doesn't depend on time. The same
 * payments therefore have the same faults again, at any speed and in any order.
 */
export class HostileMode {
  readonly #pauses: Pauses;
  readonly #counts = recordOfKinds(() => 0);
  readonly #occurrences = new Map<string, number>();
  #settings: HostileSettings | undefined;

  constructor(pauses: Pauses) {
    this.#pauses = pauses;
  }

  /** The settings of `start`; undefined while the mode is off. */
  get settings(): HostileSettings | undefined {
    return this.#settings;
  }

  isOn(): boolean {
    return this.#settings !== undefined;
  }

  /** Turns the mode on and resets the counts. */
  start(settings: HostileSettings): void {
    this.#settings = settings;
    this.#occurrences.clear();
    for (const kind of faultKinds) this.#counts[kind] = 0;
  }

  /** Turns the mode off. */
  stop(): void {
    this.#settings = undefined;
    this.#occurrences.clear();
  }

  /** Draws a number from 0 (inclusive) to 1 (exclusive). The same seed, purpose and key draw the same number. */
  draw(purpose: string, key: string): number {
    const digest = createHash('sha256').update(`${this.#settings?.seed} ${purpose} ${key}`).digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  }

  /** Draws whether the fault happens to this key. */
  happens(kind: FaultKind, key: string): boolean {
    return this.#settings !== undefined && this.draw(kind, key) < this.#rateOf(kind);
  }

  /** Draws a delay from a tenth of `delayMs` up to `delayMs`. */
  drawDelayMs(purpose: string, key: string): number {
    return (this.#settings?.delayMs ?? 0) * (0.1 + 0.9 * this.draw(`${purpose} ms`, key));
  }

  /** Returns how often this key has been passed here since `start`: 1 at first. Always 1 while the mode is off. */
  nextOccurrence(key: string): number {
    if (!this.#settings) return 1;
    const number = (this.#occurrences.get(key) ?? 0) + 1;
    this.#occurrences.set(key, number);
    const oldest = this.#occurrences.keys().next().value;
    if (this.#occurrences.size > keysMax && oldest !== undefined) this.#occurrences.delete(oldest);
    return number;
  }

  /** Waits `ms` milliseconds while the mode is on; returns at once while it is off. */
  async wait(ms: number): Promise<void> {
    if (this.#settings) await this.#pauses.wait(ms);
  }

  /** Counts a fault that has happened. */
  count(kind: FaultKind): void {
    this.#counts[kind] += 1;
  }

  report() {
    return {
      on: this.isOn(),
      seed: this.#settings?.seed ?? null,
      rates: recordOfKinds((kind) => this.#rateOf(kind)),
      counts: { ...this.#counts },
    };
  }

  #rateOf(kind: FaultKind): number {
    return this.#settings?.rates[kind] ?? Math.min(1, defaultRates[kind] * (this.#settings?.scale ?? 0));
  }
}
