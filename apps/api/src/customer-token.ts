import { customerId } from '@commerce-core/core';
import { createRemoteJWKSet, errors, jwtVerify, type JWTVerifyGetKey } from 'jose';

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

/** Verifies customers' tokens; undefined without a secret or key set, and then nobody is a customer. */
export function customerTokens({ secret, jwksUrl, issuer, audience }: CustomerTokenOptions): VerifyCustomerToken | undefined {
  const key = keyOf(secret, jwksUrl);
  if (!key) return undefined;
  const options = {
    algorithms: secret === undefined ? asymmetric : symmetric,
    requiredClaims: ['exp', 'sub'],
    clockTolerance: 5,
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, key, options);
      return usableSubject(payload.sub);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
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

/** The token's fault; what is left is ours, like a key set that doesn't answer. */
function isRefusal(error: unknown): boolean {
  const ours = [errors.JWKSTimeout, errors.JWKSInvalid];
  if (!(error instanceof errors.JOSEError) || ours.some((kind) => error instanceof kind)) return false;
  // jose has no class of its own for a key set that answered something else than 200 and JSON.
  return error.code !== 'ERR_JOSE_GENERIC';
}
