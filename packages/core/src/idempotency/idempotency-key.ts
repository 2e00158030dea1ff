import { hash } from 'node:crypto';
import { CommerceError, errorKinds, refused, accepted, type ErrorCode, type Outcome } from '../errors.ts';

/** A key that a caller gave to a call: the same key and input again is the same call, whatever happened to its answer. */
export type IdempotencyKey = {
  /** Whose key it is: keys of different callers never meet. */
  scope: string;
  key: string;
  procedure: string;
  /** SHA-256 of procedure and input. */
  fingerprint: Buffer;
};

/** A caller's key for one call of a procedure with an input. */
export function idempotencyKey(
  { scope, key }: { scope: string; key: string },
  procedure: string,
  input: unknown,
): IdempotencyKey {
  return {
    scope,
    key,
    procedure,
    fingerprint: hash('sha256', JSON.stringify([procedure, inOneOrder(input)]), 'buffer'),
  };
}

/** An input whose `metadata`, the one part that callers may order as they like, is in one order: the same JSON is the same input. */
function inOneOrder(input: unknown): unknown {
  const { metadata } = (input ?? {}) as { metadata?: unknown };
  return metadata ? { ...(input as object), metadata: sorted(metadata) } : input;
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

/** How long a key is kept unless said otherwise: a day, as payment gateways do. */
export const keepKeysMs = 24 * 60 * 60 * 1000;

/** An outcome as it is stored beside its key. */
export type StoredAnswer = { value: unknown } | { error: { code: ErrorCode; message: string; details: unknown } };

/** What is stored: successes and what the rows decided. An input that is not valid is not: it is so again. */
export function storedAnswer(outcome: Outcome<unknown>): StoredAnswer | undefined {
  if (outcome.ok) return { value: outcome.value };
  const { code, message, details } = outcome.error;
  const kind = errorKinds[code];
  return kind === 'conflict' || kind === 'missing' ? { error: { code, message, details } } : undefined;
}

/** The outcome that was stored; JSON has no dates, so `dates` names the value's fields that are. */
export function replayed<T>(answer: StoredAnswer, dates: readonly string[]): Outcome<T> {
  if ('error' in answer) {
    const { code, message, details } = answer.error;
    return refused(Reflect.construct(CommerceError, [code, message, details]) as CommerceError);
  }
  const value = { ...(answer.value as Record<string, unknown>) };
  for (const field of dates) if (typeof value[field] === 'string') value[field] = new Date(value[field]);
  return accepted(value as T);
}

export const keyReused = () =>
  refused(
    new CommerceError(
      'idempotency_key_reused',
      'this Idempotency-Key was used for something else; a new call needs a new key',
    ),
  );
