import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** What opens a guest's order: a token for this order alone, and when it ends. */
export type GuestAccess = { accessToken: string; accessExpiresAt: Date };

export type GuestTokens = {
  /** Makes a token for an order. */
  issue: (orderId: string) => GuestAccess;
  /** Returns the order's id of a valid token; undefined when it was changed, has expired, or another key signed it. */
  verify: (token: string) => string | undefined;
  /** A hash of a client's network that is no use without the shop's secret, of 32 characters. */
  originOf: (network: string) => string;
};

/** A prefix that people and secret scanners recognise, like that of API keys. */
const prefix = 'cg_';
// 16 bytes of the order's id, 8 of the time in seconds; then 32 of HMAC-SHA256, in base64url.
const payloadChars = 32;
const shape = /^cg_[\w-]{75}$/;

/** Whether a token has the prefix of guests' tokens. */
export const looksLikeGuestToken = (token: string): boolean => token.startsWith(prefix);

/**
 * Returns what makes and verifies guests' tokens. The first of the secrets signs, and all of them verify, so that a
 * secret can be replaced. The keys are derived from the secrets: a secret may sign customers' tokens, too, and a
 * guest's token is never one of those.
 * @throws Error when there is no secret
 */
export function guestTokens({ secrets, accessMs }: { secrets: readonly string[]; accessMs: number }): GuestTokens {
  const keys = secrets.map((secret) => deriveKey(secret, 'commerce-core guest order token v1'));
  const [signing] = keys;
  const [first] = secrets;
  if (!signing || first === undefined) throw new Error('guest orders need a secret that signs their tokens');
  const originKey = deriveKey(first, 'commerce-core guest order origin v1');
  return {
    issue(orderId) {
      const expiresS = Math.ceil((Date.now() + accessMs) / 1_000);
      const payload = encodePayload(orderId, expiresS);
      return {
        accessToken: prefix + payload + signatureOf(payload, signing),
        accessExpiresAt: new Date(expiresS * 1_000),
      };
    },
    verify(token) {
      if (!shape.test(token)) return undefined;
      const payload = token.slice(prefix.length, prefix.length + payloadChars);
      const signature = token.slice(prefix.length + payloadChars);
      // Compared as text: two texts of base64 may have the same bytes.
      if (!keys.some((key) => isEqual(signature, signatureOf(payload, key)))) return undefined;
      const { orderId, expiresS } = decodePayload(payload);
      return expiresS * 1_000 > Date.now() ? orderId : undefined;
    },
    originOf: (network) => createHmac('sha256', originKey).update(network).digest('hex').slice(0, 32),
  };
}

const deriveKey = (secret: string, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));

const signatureOf = (payload: string, key: Buffer): string =>
  createHmac('sha256', key).update(payload).digest('base64url');

/** Compares two texts of one length in constant time. */
const isEqual = (one: string, other: string): boolean => timingSafeEqual(Buffer.from(one), Buffer.from(other));

function encodePayload(orderId: string, expiresS: number): string {
  const bytes = Buffer.alloc(24);
  bytes.write(orderId.replaceAll('-', ''), 'hex');
  bytes.writeBigUInt64BE(BigInt(expiresS), 16);
  return bytes.toString('base64url');
}

function decodePayload(payload: string): { orderId: string; expiresS: number } {
  const bytes = Buffer.from(payload, 'base64url');
  const digits = bytes.toString('hex', 0, 16);
  return {
    orderId: digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    expiresS: Number(bytes.readBigUInt64BE(16)),
  };
}
