import * as easyPostLibrary from '@easypost/api';
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CommerceError } from '@commerce-core/core/tracking';
import { verifyEasyPostSignature } from './signature.ts';

const current = 'sécret ㎏';
const secrets = [current, 'rotated out'];
// The library's types leave out its default export, the client.
type Library = { default: new (apiKey: string) => { Utils: { validateWebhook: WebhookValidation } } };
type WebhookValidation = (body: Buffer, headers: Record<string, string>, secret: string) => object;
const { Utils } = new (easyPostLibrary as unknown as Library).default('EZTK');
const signed = (body: string | Buffer, secret = current) =>
  `hmac-sha256-hex=${createHmac('sha256', secret.normalize('NFKD')).update(body).digest('hex')}`;

function verdict(body: string | Buffer, header: string | undefined, among: readonly string[] = secrets): string {
  try {
    verifyEasyPostSignature(
      { rawBody: Buffer.from(body), header: (name) => (name === 'x-hmac-signature' ? header : undefined) },
      among,
    );
    return 'accepted';
  } catch (error) {
    if (error instanceof CommerceError) return error.code;
    throw error;
  }
}

function libraryVerdict(body: string | Buffer, header: string, secret = current): string {
  try {
    Utils.validateWebhook(Buffer.from(body), { 'X-Hmac-Signature': header }, secret);
    return 'accepted';
  } catch {
    return 'invalid_signature';
  }
}

const body = (weight: string, more = '') => `{"id":"evt_1","note":"Ünïcødé 택배"${more},"result":{"weight":${weight}}}`;

describe("a message that EasyPost's library accepts is accepted", () => {
  test.each<[string, string]>([
    ['no weight', body('null')],
    ['a weight with decimals', body('614.4')],
    ['a whole weight as EasyPost writes it', body('17.0')],
    ['a whole weight with a space before it', body(' 17.0')],
    ['several weights', body('17.0', ',"parcel":{"weight":0.0}')],
    ['an exponent', body('1e3')],
  ])('%s', (_, text) => {
    expect(libraryVerdict(text, signed(text))).toBe('accepted');
    expect(verdict(text, signed(text))).toBe('accepted');
  });

  test('a whole weight that lost its decimals on the way', () => {
    const header = signed(body('17.0'));
    for (const text of [body('17'), body('17 ')]) {
      expect(libraryVerdict(text, header)).toBe('accepted');
      expect(verdict(text, header)).toBe('accepted');
    }
    expect(verdict(body('18'), header)).toBe('invalid_signature');
  });
});

test('a message signed with a whole weight without decimals is accepted, although the library rejects it', () => {
  const text = body('17');
  expect(libraryVerdict(text, signed(text))).toBe('invalid_signature');
  expect(verdict(text, signed(text))).toBe('accepted');
});

test('a secret is compared in its NFKD form, and each of the secrets is accepted', () => {
  const text = body('null');
  for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'])
    expect(verdict(text, signed(text), [current.normalize(form)]), form).toBe('accepted');
  expect(secrets.map((secret) => verdict(text, signed(text, secret)))).toEqual(['accepted', 'accepted']);
});

describe('a message that was changed is rejected, here and by the library', () => {
  const text = body('17.5');
  const header = signed(text);
  test.each<[string, string, string]>([
    ['another body', text.replace('evt_1', 'evt_2'), header],
    ['a space more in the body', `${text} `, header],
    ['an empty body', '', header],
    ['another secret', text, signed(text, 'another')],
    ['no secret', text, signed(text, '')],
    ['another algorithm', text, header.replace('sha256', 'sha1')],
    ['no algorithm', text, header.replace('hmac-sha256-hex=', '')],
    ['upper-case digits', text, header.replace(/=.*/, (digits) => digits.toUpperCase())],
    ['a signature cut short', text, header.slice(0, -1)],
    ['a signature with more behind it', text, `${header}0`],
    ['an empty signature', text, 'hmac-sha256-hex='],
    ['letters outside ASCII', text, `hmac-sha256-hex=${'é'.repeat(32)}`],
    ['an empty header', text, ''],
  ])('%s', (_, changed, given) => {
    expect(libraryVerdict(changed, given)).toBe('invalid_signature');
    expect(verdict(changed, given)).toBe('invalid_signature');
  });

  test('and a message without a header', () => {
    expect(verdict(text, undefined)).toBe('invalid_signature');
  });
});

test('bytes that are not UTF-8 are signed as they are', () => {
  const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
  expect(verdict(bytes, signed(bytes))).toBe('accepted');
  expect(verdict(Buffer.from([0x7b, 0xfe, 0xff, 0x7d]), signed(bytes))).toBe('invalid_signature');
});

test('among bodies with weights written in all ways, none is rejected that the library accepts', () => {
  const weights = ['null', '0', '17', ' 17', '17 ', '17.0', '17.00', '614.4', '"17"', '17e0'];
  const pairs = weights.flatMap((one) => weights.map((other) => `${one},"weight":${other}`));
  const texts = [...weights, ...pairs].map((weight) => body(weight));
  const accepted = { here: 0, byLibrary: 0 };
  for (const sent of texts)
    for (const header of [signed(sent), signed(sent.replaceAll(/(\d) ?(?=[,}])/g, '$1.0')), signed(body('17.0'))]) {
      const [here, byLibrary] = [verdict(sent, header) === 'accepted', libraryVerdict(sent, header) === 'accepted'];
      expect(here || !byLibrary, `${sent} ${header}`).toBe(true);
      accepted.here += Number(here);
      accepted.byLibrary += Number(byLibrary);
    }
  expect(accepted.byLibrary).toBeGreaterThan(texts.length / 2);
  expect(accepted.here).toBeGreaterThanOrEqual(texts.length);
});
