import { CommerceError, type Call } from '@commerce-core/core';
import type { Caller } from '../auth/caller.ts';

/** The header of a mutation that may be sent again: the same key and input answer the same, and nothing happens twice. */
export const idempotencyHeader = 'idempotency-key';

const usableKey = /^[\x21-\x7e]{1,255}$/;

/**
 * The caller's key for a call, in a scope of the caller's own.
 * @throws validation_failed for a key that isn't one, and for one key on several calls
 */
export function idempotencyOf(caller: Caller, key: string | undefined, calls: number): Call['idempotency'] {
  if (key === undefined) return undefined;
  if (!usableKey.test(key)) throw refusedHeader('must have 1 to 255 visible ASCII characters');
  if (calls !== 1) throw refusedHeader('belongs to one call; these are several');
  switch (caller.kind) {
    case 'customer':
      return { scope: `customer:${caller.customerId}`, key };
    case 'operator':
      return { scope: `operator:${caller.apiKeyId}`, key };
    case 'anonymous':
      return undefined;
  }
}

function refusedHeader(message: string): CommerceError {
  const path = 'Idempotency-Key';
  return new CommerceError('validation_failed', `${path}: ${message}`, { issues: [{ path, message }] });
}
