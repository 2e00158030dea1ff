import { CommerceError, type Call } from '@commerce-core/core';
import type { Caller } from '../auth/caller.ts';

/** The request header that makes a mutation safe to retry: the same key and input return the first answer. */
export const idempotencyHeader = 'idempotency-key';

const usableKey = /^[\x21-\x7e]{1,255}$/;

/**
 * Returns a call's idempotency key in a scope of its caller, so that two callers' keys never collide; undefined without
 * a key, or for an anonymous caller who may not order. The scope outlives the caller's credential: a retry may come
 * with a new API key or token.
 * @throws validation_failed when the key is not 1 to 255 visible ASCII characters, or the request has several calls
 */
export function idempotencyOf(caller: Caller, key: string | undefined, calls: number): Call['idempotency'] {
  if (key === undefined) return undefined;
  if (!usableKey.test(key)) throw invalidHeader('must have 1 to 255 visible ASCII characters');
  if (calls !== 1) throw invalidHeader('belongs to one call, and this request has several');
  switch (caller.kind) {
    case 'customer':
      return { scope: `customer:${caller.customerId}`, key };
    case 'operator':
      return { scope: `operator:${caller.clientId}`, key };
    case 'guest':
      return { scope: `guest:${caller.orderId}`, key };
    // Callers without a token share one scope, so their keys must be too long to be guessed. `guests/` checks that.
    case 'anonymous':
      return caller.mayOrder ? { scope: 'guests', key } : undefined;
  }
}

/** The error for a key that can't be used. */
export function invalidHeader(message: string): CommerceError {
  const path = 'Idempotency-Key';
  return new CommerceError('validation_failed', `${path}: ${message}`, { issues: [{ path, message }] });
}
