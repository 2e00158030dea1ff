import {
  looksLikeApiKey,
  CommerceError,
  type Commerce,
  type KeyHolder,
  type Scope,
  type Session,
} from '@commerce-core/core';
import type { VerifyCustomerToken } from './customer-token.ts';
import { looksLikeGuestToken, type GuestTokens } from './guest-token.ts';

/** The sender of a request. A guest has one order. An operator is the client, with any of its API keys. */
export type Caller =
  | { kind: 'anonymous'; /** Whether the server takes orders of callers without a token. */ mayOrder: boolean }
  | { kind: 'guest'; orderId: string }
  | { kind: 'customer'; customerId: string }
  | {
      kind: 'operator';
      clientId: string;
      apiKeyId: string;
      /** The name of the API key. */
      name: string;
      scopes: readonly Scope[];
      /** Of an operator who is signed in at the page. */
      session?: Pick<Session, 'sessionId' | 'expiresAt'>;
    };

/** What a request says about its caller. */
export type Credentials = {
  /** The header `Authorization`. */
  authorization: string | undefined;
  /** The token of a session, of a request that has come from the page itself. */
  session?: string | undefined;
};

/** Returns the caller behind credentials. `touch: false` leaves open when a session was used last. */
export type Authenticate = (credentials: Credentials, options?: { touch: boolean }) => Promise<Caller>;

const tokenLengthMax = 8_192;

/**
 * Returns a function that finds the caller behind a request: anonymous without credentials, an operator by session or
 * API key, a customer by token, a guest by the token of an order. Keys and sessions are looked up in the database at
 * each call, so a revoked key and an ended session stop at once.
 *
 * An invalid token is rejected on public procedures too, so that a caller learns that the token has expired.
 * @throws unauthenticated when the header has no valid bearer token of at most 8,192 characters, or the session has
 * ended
 * @throws identity_unavailable when the key set for customers' tokens cannot be fetched
 */
export function authenticator(
  commerce: Commerce,
  verifyCustomer: VerifyCustomerToken | undefined,
  verifyGuest?: GuestTokens['verify'],
): Authenticate {
  const anonymous: Caller = { kind: 'anonymous', mayOrder: verifyGuest !== undefined };
  return async ({ authorization, session }, { touch } = { touch: true }) => {
    if (authorization === undefined)
      return session === undefined ? anonymous : operatorOfSession(await commerce.findSession(session, { touch }));
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (!token || token.length > tokenLengthMax)
      throw unauthenticated('the Authorization header is not a bearer token');
    if (looksLikeApiKey(token)) {
      const key = await commerce.authenticateApiKey(token);
      if (key) return operatorOfKey(key);
      throw unauthenticated('the API key is unknown or revoked');
    }
    if (looksLikeGuestToken(token)) {
      const orderId = verifyGuest?.(token);
      if (orderId !== undefined) return { kind: 'guest', orderId };
      throw unauthenticated('the token of this order is not valid here, or has expired');
    }
    const customerId = await verifyCustomer?.(token);
    if (customerId !== undefined) return { kind: 'customer', customerId };
    throw unauthenticated('the token is not valid here, or has expired');
  };
}

const operatorOfKey = ({ id, clientId, name, scopes }: KeyHolder) =>
  ({ kind: 'operator', clientId, apiKeyId: id, name, scopes }) as const;

function operatorOfSession(session: Session | undefined): Caller {
  if (session) {
    const { sessionId, expiresAt } = session;
    return { ...operatorOfKey(session), session: { sessionId, expiresAt } };
  }
  throw unauthenticated('the session has ended: sign in again');
}

/** The error for a caller that has to identify itself. */
export const unauthenticated = (message: string) => new CommerceError('unauthenticated', message);
/** The error for a known caller that may not do this. */
export const forbidden = (message: string) => new CommerceError('forbidden', message);
