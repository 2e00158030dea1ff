import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/**
 * Returns the key of a `whsec_<base64>` secret.
 *
 * @throws Error when the prefix is missing or the rest is no base64 of at least 16 bytes
 */
export function webhookKey(secret: string): Buffer {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(encoded, 'base64');
  // Buffer.from skips characters that aren't base64. A mistyped secret would sign with another key and never match.
  if (key.length < 16 || key.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) {
    throw new Error('a webhook secret is whsec_ followed by the base64 of at least 16 random bytes');
  }
  return key;
}

/**
 * Returns the headers of https://www.standardwebhooks.com for a webhook.
 *
 * @param body the exact text that is sent
 * @param at the time of sending, which the signature covers
 */
export function signWebhook(key: Buffer, id: string, body: string, at: Date): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000).toString();
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
