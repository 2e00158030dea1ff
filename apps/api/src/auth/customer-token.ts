import { CommerceError, customerId } from '@commerce-core/core';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';

/** The customer that a token speaks for, or undefined when it is not to be trusted. */
export type VerifyCustomerToken = (token: string) => Promise<string | undefined>;

export type CustomerTokenOptions = {
  /** Of the shop's own sign-in, HS256; or */
  secret?: string | undefined;
  /** of an identity provider: where its public keys are. */
  jwksUrl?: string | undefined;
  /** Pinned where given: a token of another issuer, or for another audience, is refused. */
  issuer?: string | undefined;
  audience?: string | undefined;
};

// Named here, never taken from the token: a public key must not verify as an HMAC secret, and `none` is no signature.
const symmetric = ['HS256'];
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA'];

// A shopper calls several times with one token, and to verify it costs more than most of what is called. A key that the
// identity provider withdraws is trusted for so long at most.
const cachedMsMax = 60_000;
const cachedMax = 10_000;

/**
 * Verifies customers' tokens; undefined without a secret or key set, and then nobody is a customer.
 * The verifier throws identity_unavailable when the key set doesn't answer.
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
      const ttl = Math.min(cachedMsMax, payload.exp! * 1_000 - Date.now());
      if (customer !== undefined && ttl > 0) verified.set(token, customer, { ttl });
      return customer;
    } catch (error) {
      if (isTokensFault(error)) return undefined;
      const unavailable = new CommerceError(
        'identity_unavailable',
        'who you are cannot be checked at the moment; nothing was done',
      );
      unavailable.cause = error;
      throw unavailable;
    }
  };
}

function keyOf(secret: string | undefined, jwksUrl: string | undefined): JWTVerifyGetKey | undefined {
  if (secret !== undefined) {
    const bytes = new TextEncoder().encode(secret);
    return async () => bytes;
  }
  return jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 3_000 });
}

/** As it is or not at all: trimmed, two subjects of the identity provider could become one customer. */
function usableSubject(sub: string | undefined): string | undefined {
  const parsed = customerId.safeParse(sub);
  return parsed.success && parsed.data === sub ? sub : undefined;
}

/** What is left is the key set that can't be had: a fetch that failed, a time-out, an answer that isn't one. */
function isTokensFault(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  // The last is jose's class for a key set that answered something else than 200 and JSON.
  return !['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'].includes(error.code);
}
