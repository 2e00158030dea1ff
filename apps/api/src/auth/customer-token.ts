import { CommerceError, customerId, isGuestId } from '@commerce-core/core';
import type { CryptoKey, JWTVerifyGetKey } from 'jose';
import { JOSEError } from 'jose/errors';
import { createRemoteJWKSet } from 'jose/jwks/remote';
import { jwtVerify } from 'jose/jwt/verify';
import { LRUCache } from 'lru-cache';

/** Returns the id of a token's customer, or undefined when the token is invalid. */
export type VerifyCustomerToken = (token: string) => Promise<string | undefined>;

export type CustomerTokenOptions = {
  /** The secret of the shop's own sign-in, which signs with HS256. Exclusive with `jwksUrl`. */
  secret?: string | undefined;
  /** The URL of an identity provider's public keys. */
  jwksUrl?: string | undefined;
  /** When set, a token with another `iss` is invalid; likewise `audience` and `aud`. */
  issuer?: string | undefined;
  audience?: string | undefined;
};

// Fixed here and never read from the token: a public key must not verify as an HMAC secret, and `none` is no signature.
const symmetric = ['HS256'];
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'];

// A shopper sends one token with several calls, and its verification costs more than most calls. The price: a key that
// the identity provider withdraws is trusted for at most this long.
const cachedMsMax = 60_000;
const cachedMax = 10_000;

/**
 * Returns a function that verifies customers' tokens (JWT with `exp` and `sub`; 5 s of clock difference are accepted),
 * or undefined without a secret or key set: then there are no customers. Verified tokens are cached for up to 60 s.
 * @throws identity_unavailable from the returned function, when the key set cannot be fetched
 */
export function customerTokens({
  secret,
  jwksUrl,
  issuer,
  audience,
}: CustomerTokenOptions): VerifyCustomerToken | undefined {
  const key = keyOf(secret, jwksUrl);
  if (!key) return undefined;
  const options = {
    algorithms: secret === undefined ? asymmetric : symmetric,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: 5,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  const verified = new LRUCache<string, string>({ max: cachedMax });
  return async (token) => {
    const known = verified.get(token);
    if (known !== undefined) return known;
    try {
      const { payload } = await jwtVerify(token, key, options);
      const customer = usableSubject(payload.sub);
      // `requiredClaims` rejects a token without `exp`.
      const ttl = Math.min(cachedMsMax, payload.exp! * 1_000 - Date.now());
      if (customer !== undefined && ttl > 0) verified.set(token, customer, { ttl });
      return customer;
    } catch (error) {
      if (isInvalidToken(error)) return undefined;
      const unavailable = new CommerceError(
        'identity_unavailable',
        'the token cannot be checked at the moment; nothing was done',
      );
      unavailable.cause = error;
      throw unavailable;
    }
  };
}

function keyOf(secret: string | undefined, jwksUrl: string | undefined): JWTVerifyGetKey | undefined {
  if (secret !== undefined) {
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    let key: Promise<CryptoKey> | undefined;
    // Once: from its bytes, the library would make the key again for each token.
    return async () =>
      (key ??= crypto.subtle.importKey('raw', new TextEncoder().encode(secret), hmac, false, ['verify']));
  }
  return jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 3_000 });
}

/**
 * A subject is used unchanged or not at all: trimmed, two subjects of the identity provider could become one customer.
 * The id of a guest would open the guest's order.
 */
function usableSubject(sub: string | undefined): string | undefined {
  const parsed = customerId.safeParse(sub);
  return parsed.success && parsed.data === sub && !isGuestId(sub) ? sub : undefined;
}

/** Any other error means that the key set cannot be fetched: a failed request, a time-out, an invalid response. */
function isInvalidToken(error: unknown): boolean {
  if (!(error instanceof JOSEError)) return false;
  // ERR_JOSE_GENERIC is jose's code for a key set response that is not 200 with JSON.
  return !['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'].includes(error.code);
}
