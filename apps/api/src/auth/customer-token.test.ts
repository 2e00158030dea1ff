import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerTokens } from './customer-token.ts';

const secret = 'forty-two characters of a shop of its own.';
const bytes = new TextEncoder().encode(secret);
const now = () => Math.floor(Date.now() / 1000);
const usual = () => ({ sub: 'kim', exp: now() + 60 });

const signed = (claims: Record<string, unknown>, key: Uint8Array | CryptoKey = bytes, alg = 'HS256', kid?: string) =>
  new SignJWT(claims).setProtectedHeader({ alg, ...(kid ? { kid } : {}) }).sign(key);

describe('with a secret', () => {
  const verify = customerTokens({ secret })!;

  test('the subject is the customer', async () => {
    expect(await verify(await signed(usual()))).toBe('kim');
  });

  test('a token that says too little, or what has passed, opens nothing', async () => {
    expect(await verify(await signed({ sub: 'kim' })), 'no expiry').toBeUndefined();
    expect(await verify(await signed({ sub: 'kim', exp: now() - 60 })), 'expired').toBeUndefined();
    expect(await verify(await signed({ ...usual(), nbf: now() + 60 })), 'not yet').toBeUndefined();
    expect(await verify(await signed({ exp: now() + 60 })), 'nobody').toBeUndefined();
  });

  test.each(['', ' kim', 'kim ', 'k\u0000im', 'x'.repeat(201)])(
    'a subject that cannot be a customer id as it is opens nothing: %j',
    async (sub) => {
      expect(await verify(await signed({ ...usual(), sub }))).toBeUndefined();
    },
  );

  test('neither another secret, nor another algorithm, nor none', async () => {
    expect(await verify(await signed(usual(), new TextEncoder().encode(`${secret}!`)))).toBeUndefined();
    expect(await verify(await signed(usual(), new TextEncoder().encode(secret.repeat(2)), 'HS512'))).toBeUndefined();
    expect(await verify(new UnsecuredJWT(usual()).encode())).toBeUndefined();
    const [header, , signature] = (await signed(usual())).split('.');
    const forged = Buffer.from(JSON.stringify({ ...usual(), sub: 'lee' })).toString('base64url');
    expect(await verify(`${header}.${forged}.${signature}`)).toBeUndefined();
  });

  test('issuer and audience are pinned where they are given', async () => {
    const pinned = customerTokens({ secret, issuer: 'https://id.example', audience: 'shop' })!;
    expect(await pinned(await signed({ ...usual(), iss: 'https://id.example', aud: 'shop' }))).toBe('kim');
    expect(await pinned(await signed({ ...usual(), iss: 'https://id.example', aud: 'blog' }))).toBeUndefined();
    expect(await pinned(await signed({ ...usual(), iss: 'https://other.example', aud: 'shop' }))).toBeUndefined();
    expect(await pinned(await signed(usual()))).toBeUndefined();
  });
});

describe('with a key set', () => {
  let server: Server;
  let jwksUrl: string;
  let answer: () => { status: number; body: string };
  let own: { privateKey: CryptoKey; publicKey: CryptoKey };

  beforeAll(async () => {
    own = await generateKeyPair('ES256', { extractable: true });
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'ES256' }] });
    answer = () => ({ status: 200, body: jwks });
    server = createServer((_, response) => {
      const { status, body } = answer();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => server?.close());

  test('the subject is the customer when a key of the set signed', async () => {
    expect(await customerTokens({ jwksUrl })!(await signed(usual(), own.privateKey, 'ES256', 'one'))).toBe('kim');
  });

  test('neither another key, nor the public key taken for a secret', async () => {
    const verify = customerTokens({ jwksUrl })!;
    const other = await generateKeyPair('ES256');
    expect(await verify(await signed(usual(), other.privateKey, 'ES256', 'one'))).toBeUndefined();
    expect(await verify(await signed(usual(), other.privateKey, 'ES256', 'two'))).toBeUndefined();
    const publicText = new TextEncoder().encode(await exportSPKI(own.publicKey));
    expect(await verify(await signed(usual(), publicText, 'HS256', 'one'))).toBeUndefined();
  });

  test('a key set that does not answer is not the caller’s fault', async () => {
    const token = await signed(usual(), own.privateKey, 'ES256', 'one');
    const broken = [
      () => ({ status: 500, body: '' }),
      () => ({ status: 200, body: 'no JSON' }),
      () => ({ status: 200, body: '{}' }),
    ];
    const good = answer;
    for (const bad of broken) {
      answer = bad;
      await expect(customerTokens({ jwksUrl })!(token)).rejects.toMatchObject({ code: 'identity_unavailable' });
    }
    answer = good;
    const nobody = customerTokens({ jwksUrl: 'http://127.0.0.1:1/jwks' })!;
    await expect(nobody(token)).rejects.toMatchObject({ code: 'identity_unavailable' });
  });
});

test('without a secret or a key set there are no customers', () => {
  expect(customerTokens({})).toBeUndefined();
});
