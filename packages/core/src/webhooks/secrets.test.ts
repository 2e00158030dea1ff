import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import {
  decryptSecrets,
  encryptSecrets,
  newSigningKeys,
  parseSecretsKey,
  publicKeysOf,
  rotateKeys,
  signerOf,
} from './secrets.ts';

const key = Buffer.alloc(32, 1);
const endpointId = '0199d3c4-9a00-7c11-8d2e-4f5061728394';
const now = new Date();
const message = { id: 'evt', timestamp: Math.floor(now.getTime() / 1_000), body: '{"a":"ä"}' };
const headersOf = (signature: string) => ({
  'webhook-id': message.id,
  'webhook-timestamp': String(message.timestamp),
  'webhook-signature': signature,
});

test('a signature verifies with the library of Standard Webhooks, and with no other secret', () => {
  const current = newSigningKeys({ ed25519: false });
  const headers = headersOf(signerOf({ current }, Date.now)(message));
  expect(new Webhook(publicKeysOf(current).secret).verify(message.body, headers)).toEqual({ a: 'ä' });
  const other = new Webhook(publicKeysOf(newSigningKeys({ ed25519: false })).secret);
  expect(() => other.verify(message.body, headers)).toThrow('No matching signature');
});

test('the second signature verifies with the public key', () => {
  const current = newSigningKeys({ ed25519: true });
  const [, v1a = ''] = signerOf({ current }, Date.now)(message).split(' ');
  const raw = Buffer.from(publicKeysOf(current).publicKey?.slice('whpk_'.length) ?? '', 'base64');
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  const content = Buffer.from(`${message.id}.${message.timestamp}.${message.body}`);
  const signature = Buffer.from(v1a.slice('v1a,'.length), 'base64');
  expect(verify(null, content, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature)).toBe(true);
});

test('after a rotation both secrets sign for 24 hours, then the new one alone', () => {
  const current = newSigningKeys({ ed25519: false });
  const dayMs = 24 * 60 * 60_000;
  const rotated = rotateKeys({ current }, now, dayMs);
  let time = now.getTime() + dayMs - 1;
  const sign = signerOf(rotated, () => time);
  const both = headersOf(sign(message));
  for (const keys of [current, rotated.current])
    expect(new Webhook(publicKeysOf(keys).secret).verify(message.body, both)).toBeTruthy();
  time += 1;
  expect(sign(message).split(' ')).toHaveLength(1);
  expect(new Webhook(publicKeysOf(rotated.current).secret).verify(message.body, headersOf(sign(message)))).toBeTruthy();
});

test('stored keys are readable for their endpoint with their key only, and unharmed', () => {
  const secrets = { current: newSigningKeys({ ed25519: true }) };
  const stored = encryptSecrets(secrets, endpointId, key);
  expect(decryptSecrets(stored, endpointId, key)).toEqual(secrets);
  expect(stored.toString('latin1')).not.toContain(secrets.current.hmac);
  expect(() => decryptSecrets(stored, endpointId, Buffer.alloc(32, 2))).toThrow();
  expect(() => decryptSecrets(stored, endpointId.replace('0199', '0198'), key)).toThrow();
  const harmed = Buffer.from(stored);
  harmed[40] = (harmed[40] ?? 0) ^ 1;
  expect(() => decryptSecrets(harmed, endpointId, key)).toThrow();
});

test.each(['', 'short', 'A'.repeat(44), `${'A'.repeat(43)}==`])('%j is no key for secrets', (text) => {
  expect(() => parseSecretsKey(text)).toThrow('32 bytes');
});
