import { hash } from 'node:crypto';
import { CommerceError, errorKinds, refused, type ErrorCode, type Outcome } from '../errors.ts';

/**
 * A key that a caller gave to a call: a second call with the same key and input is the same call, and isn't run again.
 */
export type IdempotencyKey = {
  /** The caller. Equal keys of two callers are different keys. */
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
    fingerprint: hash('sha256', JSON.stringify([procedure, withSortedMetadata(input)]), 'buffer'),
  };
}

/** The input with the fields of `metadata` sorted: schemas put all other fields in one order, a caller orders these. */
function withSortedMetadata(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('metadata' in input) || !input.metadata) return input;
  return { ...input, metadata: sorted(input.metadata) };
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

/** An outcome as it is stored with its key. */
export type StoredAnswer = { value: unknown } | { error: { code: ErrorCode; message: string; details: unknown } };

/**
 * The outcome to store; undefined for an outcome that isn't stored. Successes are stored, and refusals that the rows
 * decided. An invalid input isn't: it would be refused again, and the key stays free for the corrected input.
 */
export function storedAnswer(outcome: Outcome<unknown>): StoredAnswer | undefined {
  if (outcome.ok) return { value: outcome.value };
  const { code, message, details } = outcome.error;
  const kind = errorKinds[code];
  return kind === 'conflict' || kind === 'missing' ? { error: { code, message, details } } : undefined;
}

export const keyReused = () =>
  refused(
    new CommerceError(
      'idempotency_key_reused',
      'this Idempotency-Key was used with another input; a new call needs a new key',
    ),
  );

export const keyInProgress = () =>
  refused(
    new CommerceError(
      'idempotency_in_progress',
      'the first call with this Idempotency-Key is still running; try again shortly',
    ),
  );
