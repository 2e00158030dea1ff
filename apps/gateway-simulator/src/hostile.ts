import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Pauses } from './pauses.ts';

/** How likely each kind of fault is wherever it can happen, unless said otherwise. */
const defaultRates = {
  // Webhooks.
  /** The same message twice at the same moment. */
  duplicate_at_once: 0.1,
  /** … and once more after a while. */
  duplicate_later: 0.1,
  /** Comes after what happened after it. */
  reordered: 0.1,
  delayed: 0.15,
  /** Never sent: found by asking. */
  dropped: 0.05,
  /** The same fact in another message, with an id of its own. */
  two_ids: 0.05,
  /** The same id once more, with another amount. */
  other_amount_same_id: 0.03,
  /** About a payment that nobody knows. */
  unknown_payment: 0.03,
  /** Of a type that nobody knows. */
  unknown_type: 0.03,
  // What happens at the bank.
  wrong_amount: 0.02,
  wrong_currency: 0.01,
  /** The shopper's first try fails, the next one succeeds. */
  attempt_failed_first: 0.1,
  /** Declined, and approved all the same after a while. */
  late_approval: 0.05,
  dashboard_refund: 0.03,
  dispute: 0.03,
  /** A refund that is PENDING for a while. */
  slow_refund: 0.2,
  /** A slow refund that fails in the end. */
  failed_refund: 0.1,
  // Calls of the API.
  latency: 0.2,
  rate_limited: 0.04,
  error_before: 0.05,
  error_after: 0.05,
  /** The connection breaks after it was done. */
  dropped_after: 0.04,
  /** No answer at all, and nothing was done. */
  silence_before: 0.02,
  /** No answer at all, though it was done. */
  silence_after: 0.02,
  /** The webhook comes before the call's own answer. */
  event_before_answer: 0.2,
} as const;

export type FaultKind = keyof typeof defaultRates;
const kinds = Object.keys(defaultRates) as FaultKind[];

const rate = z.number().min(0).max(1);
const ms = z.int().min(0).max(600_000);

export const hostileInput = z.union([
  z.strictObject({ off: z.literal(true) }),
  z.strictObject({
    /** The same seed makes the same faults of the same payments. */
    seed: z.union([z.int(), z.string().min(1).max(100)]),
    rates: z.partialRecord(z.enum(kinds), rate).default({}),
    /** Multiplies the rates that aren't given: 0 leaves only those that are. */
    scale: z.number().min(0).max(10).default(1),
    /** What is late is late by this much at most. */
    delayMs: ms.default(2_000),
    latencyMs: ms.default(300),
    /** Whether calls meet faults that only ask what is so. */
    reads: z.boolean().default(true),
    /** After how long a call that gets no answer loses its connection, if its caller has not given up before. */
    silenceMs: ms.default(60_000),
  }),
]);

// Some dozens a payment; what is forgotten begins anew.
const keysMax = 1_000_000;

export type HostileSettings = Exclude<z.infer<typeof hostileInput>, { off: true }>;
export type Hostile = ReturnType<typeof createHostile>;

/**
 * Decides which faults happen. Each decision is drawn from the seed and a key that doesn't depend on time, so that
 * the same payments meet the same faults again, however fast they are and whatever else goes on.
 */
export function createHostile(pauses: Pauses) {
  let settings: HostileSettings | undefined;
  const counts = Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  const seen = new Map<string, number>();

  /** From 0 up to, not including, 1. */
  const fraction = (what: string, key: string): number => {
    const digest = createHash('sha256').update(`${settings?.seed} ${what} ${key}`).digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  };
  const rateOf = (kind: FaultKind): number =>
    settings?.rates[kind] ?? Math.min(1, defaultRates[kind] * (settings?.scale ?? 0));

  return {
    fraction,
    rateOf,
    isOn: (): boolean => settings !== undefined,
    settings: (): HostileSettings | undefined => settings,
    strikes: (kind: FaultKind, key: string): boolean => settings !== undefined && fraction(kind, key) < rateOf(kind),
    /** A time up to `delayMs`, and never too short to be noticed. */
    delay: (what: string, key: string): number => (settings?.delayMs ?? 0) * (0.1 + 0.9 * fraction(`${what} ms`, key)),
    /** Which time it is that this key comes: 1 at first. Nothing is counted while it is off. */
    nth(key: string): number {
      if (!settings) return 1;
      const number = (seen.get(key) ?? 0) + 1;
      seen.set(key, number);
      const oldest = seen.keys().next().value;
      if (seen.size > keysMax && oldest !== undefined) seen.delete(oldest);
      return number;
    },
    /** Waits, unless it is over meanwhile. */
    wait: async (ms: number): Promise<void> => {
      if (settings) await pauses.wait(ms);
    },
    count(kind: FaultKind): void {
      counts[kind] += 1;
    },
    start(given: HostileSettings): void {
      settings = given;
      seen.clear();
      for (const kind of kinds) counts[kind] = 0;
    },
    stop(): void {
      settings = undefined;
      seen.clear();
    },
    report: () => ({
      on: settings !== undefined,
      seed: settings?.seed ?? null,
      rates: Object.fromEntries(kinds.map((kind) => [kind, rateOf(kind)])),
      counts: { ...counts },
    }),
  };
}
