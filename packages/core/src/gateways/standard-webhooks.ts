import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { CommerceError } from '../errors.ts';
import type { WebhookMessage } from './gateway.ts';

/** How many seconds a message's timestamp may differ from this machine's clock, both ways. */
export const toleranceSeconds = 300;

const secretPrefix = 'whsec_';

/**
 * Returns the key of a secret `whsec_<base64>`. Make it once: a key made from bytes for every message costs more than
 * the check itself.
 * @throws Error when the text isn't such a secret, or has fewer than 16 bytes
 */
export function parseSecret(secret: string): KeyObject {
  const text = secret.slice(secretPrefix.length);
  const key = Buffer.from(text, 'base64');
  const isBase64 = key.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '');
  if (!secret.startsWith(secretPrefix) || !isBase64 || key.length < 16) {
    throw new Error('a webhook secret is whsec_ and at least 16 bytes in base64');
  }
  return createSecretKey(key);
}

/**
 * Verifies a Standard Webhooks signature over the raw body. Any of `keys` may have signed it, so that secrets can be
 * rotated. https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @returns the message's id, which is the same for all its deliveries
 * @throws invalid_signature when a header is missing, no key fits, or the timestamp is off by more than
 * `toleranceSeconds`; the message doesn't say which
 */
export function verifyStandardWebhook(
  { rawBody, header }: WebhookMessage,
  keys: readonly KeyObject[],
  now: Date,
): string {
  const id = header('webhook-id') ?? '';
  const timestamp = header('webhook-timestamp') ?? '';
  const signatures = header('webhook-signature') ?? '';
  const seconds = /^\d{1,15}$/.test(timestamp) ? Number(timestamp) : NaN;
  const isTimely = Math.abs(now.getTime() / 1000 - seconds) <= toleranceSeconds;
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), rawBody]);
  const expected = keys.map((key) => createHmac('sha256', key).update(content).digest());
  const given = signatures
    .split(' ')
    .slice(0, 10)
    .flatMap((signature) => {
      const [version, base64] = signature.split(',');
      return version === 'v1' && base64 ? [Buffer.from(base64, 'base64')] : [];
    });
  // Compares every pair in constant time, so that the time reveals neither which key fits nor which byte differs.
  const matches = given.flatMap((digest) =>
    expected.map((other) => digest.length === other.length && timingSafeEqual(digest, other)),
  );
  if (id !== '' && isTimely && matches.includes(true)) return id;
  throw new CommerceError(
    'invalid_signature',
    'the signature does not fit the message, or the message is too old or too new',
  );
}

/**
 * Signs a message by Standard Webhooks.
 * @param timestamp seconds since 1970
 * @returns the message's three headers
 */
export function signStandardWebhook(
  key: KeyObject,
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
