import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { parseSecret, toleranceSeconds, verifyStandardWebhook } from './standard-webhooks.ts';

const secretOf = (fill: number, bytes = 24) => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
const current = secretOf(1);
const former = secretOf(2);
const keys = [current, former].map(parseSecret);
const now = new Date('2026-06-01T12:00:00Z');
const body = '{"type":"AUTHORIZED","name":"감사합니다 ✓"}';

type Headers = Record<string, string>;
type Message = { id?: string; at?: Date; secret?: string; payload?: string };

const seconds = (date: Date) => String(Math.floor(date.getTime() / 1000));
const shifted = (bySeconds: number) => new Date(now.getTime() + bySeconds * 1000);

/** Headers of a message that the reference implementation signed. */
function headersOf({ id = 'evt_1', at = now, secret = current, payload = body }: Message = {}): Headers {
  const signature = new Webhook(secret).sign(id, at, payload);
  return { 'webhook-id': id, 'webhook-timestamp': seconds(at), 'webhook-signature': signature };
}

const verify = (headers: Headers, payload: string | Buffer = body) =>
  verifyStandardWebhook({ rawBody: Buffer.from(payload), header: (name) => headers[name] }, keys, now);

function verdict(check: () => unknown): 'accepted' | 'rejected' {
  try {
    check();
    return 'accepted';
  } catch {
    return 'rejected';
  }
}

/** The verdicts of this implementation and of the reference implementation with either secret. They must agree. */
function verdicts(headers: Headers, payload = body) {
  const each = [current, former].map((secret) => verdict(() => new Webhook(secret).verify(payload, headers)));
  const reference = each.includes('accepted') ? 'accepted' : 'rejected';
  return { ours: verdict(() => verify(headers, payload)), reference };
}

const bothAccept = { ours: 'accepted', reference: 'accepted' };
const bothReject = { ours: 'rejected', reference: 'rejected' };

// The reference implementation reads the system's clock.
beforeEach(() => {
  vi.useFakeTimers({ now, toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a message that the reference implementation signed is accepted', () => {
  test('and its id is returned', () => {
    expect(verdicts(headersOf())).toEqual(bothAccept);
    expect(verify(headersOf({ id: 'evt_2' }))).toBe('evt_2');
  });

  test('with each of several secrets, so that they can be rotated', () => {
    expect(verdicts(headersOf({ secret: former }))).toEqual(bothAccept);
    expect(verdicts(headersOf({ secret: secretOf(3) }))).toEqual(bothReject);
  });

  test('with one good signature among those of other versions and keys', () => {
    const good = headersOf()['webhook-signature']!;
    const bad = headersOf({ secret: secretOf(3) })['webhook-signature']!;
    for (const list of [`${bad} ${good}`, `${good} ${bad}`, `v1a,xyz ${good}`, `v2,${good.slice(3)} ${good}`]) {
      expect(verdicts({ ...headersOf(), 'webhook-signature': list }), list).toEqual(bothAccept);
    }
  });

  test('up to 300 seconds before or after the clock, and not a second more', () => {
    expect(toleranceSeconds).toBe(300);
    const of = (age: number) => verdicts(headersOf({ at: shifted(age) }));
    for (const age of [-300, -1, 0, 1, 300]) expect(of(age), `${age}`).toEqual(bothAccept);
    for (const age of [-3_600, -301, 301, 3_600]) expect(of(age), `${age}`).toEqual(bothReject);
  });
});

describe('a message that was changed is rejected', () => {
  const good = headersOf();
  const digest = Buffer.from(good['webhook-signature']!.slice(3), 'base64');
  const signedBy = (bytes: Buffer) => ({ ...good, 'webhook-signature': `v1,${bytes.toString('base64')}` });
  const flipped = (byte: number) => {
    const copy = Buffer.from(digest);
    copy[byte]! ^= 1;
    return signedBy(copy);
  };

  test.each<[string, Headers, string]>([
    ['another body', good, body.replace('AUTHORIZED', 'FAILED')],
    ['a space more in the body', good, `${body} `],
    ['an empty body', good, ''],
    ['another id', { ...good, 'webhook-id': 'evt_2' }, body],
    ['another time', { ...good, 'webhook-timestamp': seconds(shifted(1)) }, body],
    ['the first byte of the signature', flipped(0), body],
    ['the last byte of the signature', flipped(31), body],
    ['a signature cut short', signedBy(digest.subarray(0, 31)), body],
    ['an empty signature', { ...good, 'webhook-signature': 'v1,' }, body],
    ['a signature without its version', { ...good, 'webhook-signature': digest.toString('base64') }, body],
    ['a signature of an unknown version', { ...good, 'webhook-signature': `v2,${digest.toString('base64')}` }, body],
    ['a time that is not a number', { ...good, 'webhook-timestamp': 'now' }, body],
    ['no id', { ...good, 'webhook-id': '' }, body],
    ['an empty id that is signed', headersOf({ id: '' }), body],
    ['no time', { ...good, 'webhook-timestamp': '' }, body],
    ['no signature', { ...good, 'webhook-signature': '' }, body],
  ])('%s', (_, headers, payload) => {
    expect(verdicts(headers, payload)).toEqual(bothReject);
  });

  test('with a fractional time', () => {
    // The reference implementation reads 1780000000.5 as 1780000000. This one compares the text that was signed.
    const at = `${seconds(now)}.5`;
    expect(verdict(() => verify({ ...good, 'webhook-timestamp': at }))).toBe('rejected');
  });

  test('without headers', () => {
    expect(verdict(() => verify({}))).toBe('rejected');
  });

  test('bytes that are not valid UTF-8 are compared as bytes', () => {
    const [one, other] = [Buffer.from([0x7b, 0xff, 0x7d]), Buffer.from([0x7b, 0xfe, 0x7d])];
    const asText = headersOf({ payload: one.toString() });
    expect(verdict(() => verify(asText, one))).toBe('rejected');
    expect(verdict(() => verify(asText, other))).toBe('rejected');
  });

  test('and the error does not reveal which part was wrong', () => {
    const messages = [flipped(0), headersOf({ at: shifted(301) }), { ...good, 'webhook-id': '' }].map((headers) => {
      try {
        return verify(headers);
      } catch (error) {
        return error;
      }
    });
    for (const error of messages) expect(error).toMatchObject({ name: 'CommerceError', code: 'invalid_signature' });
    expect(new Set(messages.map((error) => (error as Error).message)).size).toBe(1);
  });

  test('and every message is rejected when there is no secret', () => {
    const message = { rawBody: Buffer.from(body), header: (name: string) => good[name] };
    expect(verdict(() => verifyStandardWebhook(message, [], now))).toBe('rejected');
  });
});

describe('a secret', () => {
  test('is whsec_ and base64, with or without padding', () => {
    const bytes = Buffer.alloc(25, 9);
    const padded = `whsec_${bytes.toString('base64')}`;
    expect(padded.endsWith('=')).toBe(true);
    expect(parseSecret(padded).export()).toEqual(bytes);
    expect(parseSecret(padded.replace(/=+$/, '')).export()).toEqual(bytes);
    expect(parseSecret(secretOf(1, 16)).symmetricKeySize).toBe(16);
  });

  test.each([
    ['too short', secretOf(1, 15)],
    ['without its prefix', current.slice(6)],
    ['of another kind', current.replace('whsec_', 'whpk_')],
    ['not base64', 'whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!'],
    ['base64url', `whsec_${Buffer.alloc(24, 0xff).toString('base64url')}`],
    ['empty', ''],
  ])('is rejected when it is %s, and the error does not contain it', (_, secret) => {
    expect(() => parseSecret(secret)).toThrow('a webhook secret is whsec_ and at least 16 bytes in base64');
  });
});
