import { scopes } from '@commerce-core/core';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/index.ts';

const page = { 'x-commerce-page': '1', 'content-type': 'application/json' };
let api: TestApi;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'commerce-page-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Shop</title>');
  writeFileSync(join(folder, 'assets', 'main-abc.js'), 'let one = 1;');
  api = await startTestApi({ admin: { folder, limits: { perKeyMax: 1_000, inAllMax: 1_000 } } });
});
afterAll(async () => {
  await api?.close();
  rmSync(folder, { recursive: true, force: true });
});

const signIn = async (body: object, headers: object = {}, at = api) =>
  at.fetch('/admin/session', { method: 'POST', headers: { ...page, ...headers }, body: JSON.stringify(body) });
const cookieOf = (response: Response): string => response.headers.get('set-cookie')?.split(';')[0] ?? '';
const whoIs = async (cookie: string) => {
  const response = await api.fetch('/trpc/session.get', { headers: { cookie, 'x-commerce-page': '1' } });
  const body: any = await response.json();
  return [response.status, body.error?.data.commerce.code ?? body.result.data.name];
};
const newKey = async (name = 'Kim') => api.commerce.createApiKey({ name, scopes: [...scopes] });
const ended = [401, 'unauthenticated'];

describe('an operator', () => {
  test('signs in with an API key, gets a cookie that scripts and other sites cannot use, and signs out', async () => {
    const { key } = await newKey();
    const response = await signIn({ key });
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(response.headers.get('set-cookie')).toMatch(
      /^commerce_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const cookie = cookieOf(response);
    expect(await whoIs(cookie)).toEqual([200, 'Kim']);
    const { rows } = await api.database.pool.query(
      `select token_hash = sha256($1::bytea) as hashed from commerce.operator_sessions order by created_at desc
        limit 1`,
      [cookie.split('=')[1]],
    );
    expect(rows).toEqual([{ hashed: true }]);
    const out = await api.fetch('/admin/session', { method: 'DELETE', headers: { ...page, cookie } });
    expect(out.headers.get('set-cookie')).toMatch(/^commerce_session=; .*Max-Age=0$/);
    expect(await whoIs(cookie)).toEqual(ended);
  });

  test('over https gets a Secure cookie that is bound to the host', async () => {
    const { key } = await newKey();
    const response = await signIn({ key }, { origin: 'https://shop.example', 'sec-fetch-site': 'same-origin' });
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-commerce_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/);
    expect(await whoIs(cookieOf(response))).toEqual([200, 'Kim']);
  });

  test.each([
    ['a key that is not known', { key: 'ck_guessed' }, 401],
    ['a link that is not known', { link: 'guessed' }, 401],
    ['a key and a link', { key: 'ck_1', link: 'x' }, 400],
    ['neither', {}, 400],
  ])('with %s is not signed in', async (_, body, status) => {
    const response = await signIn(body);
    expect([response.status, response.headers.get('set-cookie')]).toEqual([status, null]);
  });

  test('cannot be signed in or out by another page', async () => {
    const { key } = await newKey();
    const cookie = cookieOf(await signIn({ key }));
    const foreign = [
      { 'content-type': 'application/json' },
      { ...page, origin: 'https://evil.example' },
      { ...page, 'sec-fetch-site': 'cross-site' },
    ];
    for (const headers of foreign as Record<string, string>[]) {
      const body = JSON.stringify({ key });
      expect((await api.fetch('/admin/session', { method: 'POST', headers, body })).status).toBe(403);
      expect((await api.fetch('/admin/session', { method: 'DELETE', headers: { ...headers, cookie } })).status).toBe(
        403,
      );
    }
    expect(await whoIs(cookie)).toEqual([200, 'Kim']);
  });
});

describe('a session ends', () => {
  const changed = async (sql: string) => {
    const key = await newKey();
    const cookie = cookieOf(await signIn(key.key ? { key: key.key } : {}));
    expect(await whoIs(cookie)).toEqual([200, 'Kim']);
    const { rowCount } = await api.database.pool.query(
      `update commerce.operator_sessions set ${sql} where api_key_id = $1`,
      [key.id],
    );
    expect(rowCount).toBe(1);
    return whoIs(cookie);
  };

  test('after 12 hours', async () => {
    expect(await changed(`expires_at = now() - interval '1 second'`)).toEqual(ended);
  });

  test('after 2 hours without a call, and no call has brought it back', async () => {
    expect(await changed(`last_used_at = now() - interval '119 minutes'`)).toEqual([200, 'Kim']);
    expect(await changed(`last_used_at = now() - interval '121 minutes'`)).toEqual(ended);
  });

  test('when its key is revoked', async () => {
    const { id, key } = await newKey();
    const cookie = cookieOf(await signIn({ key }));
    await api.commerce.revokeApiKey({ apiKeyId: id });
    expect(await whoIs(cookie)).toEqual(ended);
  });
});

describe('a link', () => {
  const createLink = async (headers: Record<string, string>) =>
    api.fetch('/trpc/session.createLink', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });
  const linkOf = async (key: string): Promise<string> => {
    const body: any = await (await createLink({ authorization: `Bearer ${key}` })).json();
    return body.result.data.path.split('#')[1];
  };

  test('signs in once with the rights of its key', async () => {
    const { key } = await api.commerce.createApiKey({ name: 'Lee', scopes: ['orders'] });
    const link = await linkOf(key);
    const answers = await Promise.all([signIn({ link }), signIn({ link }), signIn({ link })]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 401, 401]);
    const cookie = cookieOf(answers.find(({ status }) => status === 204)!);
    expect(await whoIs(cookie)).toEqual([200, 'Lee']);
    expect((await createLink({ cookie, 'x-commerce-page': '1' })).status).toBe(403);
  });

  test('works for 10 minutes, and not when its key was revoked', async () => {
    const { key, id } = await newKey();
    const [late, revoked] = [await linkOf(key), await linkOf(key)];
    await api.database.pool.query(
      `update commerce.sign_in_links set expires_at = now() - interval '1 second' where token_hash = sha256($1::bytea)`,
      [late],
    );
    expect((await signIn({ link: late })).status).toBe(401);
    await api.commerce.revokeApiKey({ apiKeyId: id });
    expect((await signIn({ link: revoked })).status).toBe(401);
  });
});

describe('too many sign-ins get a 429 with Retry-After', () => {
  test('of one network, with ever new keys, also with the right one', async () => {
    const limits = { perKeyMax: 5, inAllMax: 1_000, addressHeader: 'x-forwarded-for' };
    const limited = await startTestApi({ databaseOf: api, admin: { folder, limits } });
    const { key } = await newKey();
    const waits: number[] = [];
    const tries = async (from: string, keyOf: (n: number) => string) => {
      const statuses: number[] = [];
      for (let n = 0; n < 6; n += 1) {
        const response = await signIn({ key: keyOf(n) }, { 'x-forwarded-for': from }, limited);
        statuses.push(response.status);
        waits.push(Number(response.headers.get('retry-after')));
      }
      return statuses;
    };
    expect(await tries('192.0.2.1', (n) => `ck_${n}`)).toEqual([401, 401, 401, 401, 401, 429]);
    expect(waits.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(waits[5]).toBeGreaterThan(0);
    expect((await signIn({ key }, { 'x-forwarded-for': '192.0.2.1' }, limited)).status).toBe(429);
    expect((await signIn({ key }, { 'x-forwarded-for': '192.0.2.2' }, limited)).status).toBe(204);
    // One key from many networks.
    const statuses: number[] = [];
    for (let n = 10; n < 16; n += 1)
      statuses.push((await signIn({ key: 'ck_same' }, { 'x-forwarded-for': `192.0.2.${n}` }, limited)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    await limited.close();
  });
});

describe('the page', () => {
  test('is sent for every address below /admin, with a policy that allows no script of its own text', async () => {
    for (const path of ['/admin', '/admin/', '/admin/orders', '/admin/orders/0199d3c4']) {
      const response = await api.fetch(path);
      expect([path, response.status, await response.text()]).toEqual([path, 200, '<!doctype html><title>Shop</title>']);
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    }
  });

  test('has files with a hash in their names, which browsers keep', async () => {
    const response = await api.fetch('/admin/assets/main-abc.js');
    expect([response.status, await response.text()]).toEqual([200, 'let one = 1;']);
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    for (const path of ['/admin/assets/other.js', '/admin/assets/..%2findex.html', '/admin/assets/'])
      expect((await api.fetch(path)).status, path).not.toBe(500);
    expect((await api.fetch('/admin/assets/other.js')).status).toBe(404);
  });

  test('is not there in a server without it', async () => {
    const without = await startTestApi({ databaseOf: api });
    expect((await without.fetch('/admin')).status).toBe(404);
    await without.close();
  });
});
