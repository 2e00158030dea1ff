import { looksLikeApiKey, CommerceError, type Commerce, type Scope } from '@commerce-core/core';
import type { VerifyCustomerToken } from './customer-token.ts';

/** Who is calling. */
export type Caller =
  | { kind: 'anonymous' }
  | { kind: 'customer'; customerId: string }
  | { kind: 'operator'; apiKeyId: string; scopes: readonly Scope[] };

export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

const tokenLengthMax = 8_192;

/**
 * Tells who is behind an `Authorization` header: nobody without one, an operator by API key, a customer by token. Keys
 * are looked up at each call, so that a revoked one stops at once.
 * @throws unauthenticated for whatever is there but doesn't open anything, also where nobody needs to be known: a
 * caller with an expired token wants to hear of it
 */
export function authenticator(commerce: Commerce, verifyCustomer: VerifyCustomerToken | undefined): Authenticate {
  return async (authorization) => {
    if (authorization === undefined) return { kind: 'anonymous' };
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (!token || token.length > tokenLengthMax)
      throw unauthenticated('the Authorization header is not a bearer token');
    if (looksLikeApiKey(token)) {
      const key = await commerce.authenticateApiKey(token);
      if (key) return { kind: 'operator', apiKeyId: key.id, scopes: key.scopes };
      throw unauthenticated('the API key is unknown or revoked');
    }
    const customerId = await verifyCustomer?.(token);
    if (customerId !== undefined) return { kind: 'customer', customerId };
    throw unauthenticated('the token is not valid here, or has expired');
  };
}

export const unauthenticated = (message: string) => new CommerceError('unauthenticated', message);
export const forbidden = (message: string) => new CommerceError('forbidden', message);
