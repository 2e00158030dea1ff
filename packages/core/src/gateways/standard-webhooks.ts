import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { CommerceError } from '../errors.ts';
import type { WebhookMessage } from './gateway.ts';

/** How far a message's time may lie from ours, both ways. */
export const toleranceSeconds = 300;

const secretPrefix = 'whsec_';

/** The key of `whsec_<base64>`, made once: from bytes it would be made anew for every message. @throws Error when it isn't one, or is shorter than 16 bytes */
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
 * Verifies a Standard Webhooks signature over the raw body, against any of several keys so that secrets can be rotated.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 * @returns the message's id, the same over all its deliveries
 * @throws invalid_signature, without a word on which part was wrong
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
  // Every pair is compared, in constant time each, so that timing says nothing about which key or which byte.
  const matches = given.flatMap((digest) =>
    expected.map((other) => digest.length === other.length && timingSafeEqual(digest, other)),
  );
  if (id !== '' && isTimely && matches.includes(true)) return id;
  throw new CommerceError(
    'invalid_signature',
    'the signature does not fit the message, or the message is too old or too new',
  );
}
