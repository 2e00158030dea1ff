import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { present } from '../testing/present.ts';
import { customerTokens, type CustomerTokenOptions } from './customer-token.ts';

const secret = 'forty-two characters of a shop of its own.';
const bytes = new TextEncoder().encode(secret);
const now = () => Math.floor(Date.now() / 1000);
const usual = () => ({ sub: 'kim', exp: now() + 60 });

const verifier = (options: CustomerTokenOptions) => present(customerTokens(options), 'verifier');
const signToken = (claims: Record<string, unknown>, key: Uint8Array | CryptoKey = bytes, alg = 'HS256', kid?: string) =>
  new SignJWT(claims).setProtectedHeader({ alg, ...(kid ? { kid } : {}) }).sign(key);

describe('with a secret', () => {
  const verify = verifier({ secret });

  test('the subject of a valid token is the customer', async () => {
    expect(await verify(await signToken(usual()))).toBe('kim');
  });

  test('a token without subject or expiry, or outside its time, is invalid', async () => {
    expect(await verify(await signToken({ sub: 'kim' })), 'no expiry').toBeUndefined();
    expect(await verify(await signToken({ sub: 'kim', exp: now() - 60 })), 'expired').toBeUndefined();
    expect(await verify(await signToken({ ...usual(), nbf: now() + 60 })), 'not yet').toBeUndefined();
    expect(await verify(await signToken({ exp: now() + 60 })), 'no subject').toBeUndefined();
  });

  test.each(['', ' kim', 'kim ', 'k\u0000im', 'x'.repeat(201)])(
    'a subject that is no customer id is invalid: %j',
    async (sub) => {
      expect(await verify(await signToken({ ...usual(), sub }))).toBeUndefined();
    },
  );

  test('another secret, another algorithm, no signature and a changed payload are invalid', async () => {
    expect(await verify(await signToken(usual(), new TextEncoder().encode(`${secret}!`)))).toBeUndefined();
    expect(await verify(await signToken(usual(), new TextEncoder().encode(secret.repeat(2)), 'HS512'))).toBeUndefined();
    expect(await verify(new UnsecuredJWT(usual()).encode())).toBeUndefined();
    const [header, , signature] = (await signToken(usual())).split('.');
    const forged = Buffer.from(JSON.stringify({ ...usual(), sub: 'lee' })).toString('base64url');
    expect(await verify(`${header}.${forged}.${signature}`)).toBeUndefined();
  });

  test('with an issuer and an audience, tokens need both', async () => {
    const pinned = verifier({ secret, issuer: 'https://id.example', audience: 'shop' });
    expect(await pinned(await signToken({ ...usual(), iss: 'https://id.example', aud: 'shop' }))).toBe('kim');
    expect(await pinned(await signToken({ ...usual(), iss: 'https://id.example', aud: 'blog' }))).toBeUndefined();
    expect(await pinned(await signToken({ ...usual(), iss: 'https://other.example', aud: 'shop' }))).toBeUndefined();
    expect(await pinned(await signToken(usual()))).toBeUndefined();
  });
});

describe('with a key set', () => {
  let server: Server;
  let jwksUrl: string;
  let respond: () => { status: number; body: string };
  let own: { privateKey: CryptoKey; publicKey: CryptoKey };

  beforeAll(async () => {
    own = await generateKeyPair('ES256', { extractable: true });
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'ES256' }] });
    respond = () => ({ status: 200, body: jwks });
    server = createServer((_, response) => {
      const { status, body } = respond();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => server?.close());

  test('the subject of a token that a key of the set has signed is the customer', async () => {
    expect(await verifier({ jwksUrl })(await signToken(usual(), own.privateKey, 'ES256', 'one'))).toBe('kim');
  });

  test('another key, and the public key used as a secret, are invalid', async () => {
    const verify = verifier({ jwksUrl });
    const other = await generateKeyPair('ES256');
    expect(await verify(await signToken(usual(), other.privateKey, 'ES256', 'one'))).toBeUndefined();
    expect(await verify(await signToken(usual(), other.privateKey, 'ES256', 'two'))).toBeUndefined();
    const publicText = new TextEncoder().encode(await exportSPKI(own.publicKey));
    expect(await verify(await signToken(usual(), publicText, 'HS256', 'one'))).toBeUndefined();
  });

  test('a key set that cannot be fetched throws identity_unavailable', async () => {
    const token = await signToken(usual(), own.privateKey, 'ES256', 'one');
    const broken = [
      () => ({ status: 500, body: '' }),
      () => ({ status: 200, body: 'no JSON' }),
      () => ({ status: 200, body: '{}' }),
    ];
    const good = respond;
    for (const bad of broken) {
      respond = bad;
      await expect(verifier({ jwksUrl })(token)).rejects.toMatchObject({ code: 'identity_unavailable' });
    }
    respond = good;
    const unreachable = verifier({ jwksUrl: 'http://127.0.0.1:1/jwks' });
    await expect(unreachable(token)).rejects.toMatchObject({ code: 'identity_unavailable' });
  });
});

test('without a secret or a key set there are no customers', () => {
  expect(customerTokens({})).toBeUndefined();
});
