import { randomUUID } from 'node:crypto';
import { scopes, type Scope } from '@commerce-core/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { access, type Access } from './access.ts';
import { guestTokens } from './guest-token.ts';
import { present, startTestApi, type TestApi } from '../testing/index.ts';
import { procedures } from '../trpc/procedures.ts';

const allProcedures = Object.entries(procedures).map(
  ([
    path,
    {
      _def: { type },
    },
  ]) => ({ path, type, rule: access[path] as Access }),
);

test('the access table has every procedure and nothing else', () => {
  expect(Object.keys(access).sort()).toEqual(allProcedures.map(({ path }) => path).sort());
});

test('only operators may call more than the catalogue and their own orders', () => {
  const names = (may: (rule: Access) => boolean) =>
    allProcedures.filter(({ rule }) => may(rule)).map(({ path }) => path);
  expect(names((rule) => rule === 'public').sort()).toEqual(['order.quote', 'product.get', 'product.list']);
  expect(names((rule) => rule !== 'public' && rule.customer).sort()).toEqual([
    'order.cancel',
    'order.cancelLines',
    'order.create',
    'order.get',
    'order.history',
    'order.list',
    'order.update',
    'order.watch',
    'payment.confirm',
    'payment.create',
    'payment.list',
    'payment.resume',
    'return.cancel',
    'return.get',
    'return.list',
    'return.request',
    'shipment.list',
  ]);
  expect(names((rule) => rule !== 'public' && rule.guest).sort()).toEqual([
    'order.cancel',
    'order.cancelLines',
    'order.get',
    'order.watch',
    'payment.confirm',
    'payment.create',
    'payment.list',
    'payment.resume',
    'return.cancel',
    'return.get',
    'return.list',
    'return.request',
    'shipment.list',
  ]);
  expect(names((rule) => rule !== 'public' && rule.visitor)).toEqual(['order.create']);
});

describe('over HTTP, for every procedure', () => {
  const secrets = ['a secret of the tests for the tokens of guests'];
  const guestToken = (accessMs = 60_000): string => guestTokens({ secrets, accessMs }).issue(randomUUID()).accessToken;
  let api: TestApi;
  // The same shop with GUEST_ORDERS=off.
  let withoutGuests: TestApi;
  const keys = new Map<string, string>();
  let revokedKey: string;
  /** The cookie of an operator who is signed in with the key of this name. */
  const cookies = new Map<string, string>();

  beforeAll(async () => {
    api = await startTestApi({ guestOrders: { secrets } });
    withoutGuests = await startTestApi({ databaseOf: api });
    for (const scope of scopes) {
      keys.set(scope, await api.createApiKey(scope));
      keys.set(`all but ${scope}`, await api.createApiKey(...scopes.filter((other) => other !== scope)));
    }
    for (const [name, key] of keys) cookies.set(name, `commerce_session=${(await api.commerce.signIn({ key })).token}`);
    const created = await api.commerce.createApiKey({ name: 'was lost', scopes: [...scopes] });
    await api.commerce.revokeApiKey({ apiKeyId: created.id });
    revokedKey = created.key;
  });
  afterAll(async () => {
    await withoutGuests?.close();
    await api?.close();
  });

  /** Calls with an input that fits no procedure: an allowed caller gets a 400, or a 200 where no input is needed. */
  async function call(procedure: (typeof allProcedures)[number], authorization?: string, at = api) {
    return callWith(procedure, authorization === undefined ? {} : { authorization }, at);
  }

  async function callWith({ path, type }: (typeof allProcedures)[number], given: Record<string, string>, at = api) {
    const headers = { ...given, 'content-type': 'application/json' };
    const wrong = JSON.stringify({ nothing: 'of the kind' });
    const response = await (type !== 'mutation'
      ? at.fetch(`/trpc/${path}?input=${encodeURIComponent(wrong)}`, { headers })
      : at.fetch(`/trpc/${path}`, { method: 'POST', headers, body: wrong }));
    const body: any = await response.json();
    return [response.status, body.error?.data.commerce.code ?? 'ok'];
  }

  const allowed = expect.toBeOneOf([
    [400, 'validation_failed'],
    [200, 'ok'],
  ]);
  const unauthenticated = [401, 'unauthenticated'];
  const forbidden = [403, 'forbidden'];

  test.each(allProcedures)('$path allows the callers in the table and no others', async (procedure) => {
    const { rule } = procedure;
    const isPublic = rule === 'public';
    const visitorMay = isPublic || rule.visitor;
    expect(await call(procedure), 'anonymous').toEqual(visitorMay ? allowed : unauthenticated);
    expect(await call(procedure, undefined, withoutGuests), 'anonymous, without guests').toEqual(
      isPublic ? allowed : unauthenticated,
    );
    const guestMay = isPublic || rule.guest;
    expect(await call(procedure, `Bearer ${guestToken()}`), 'a guest').toEqual(guestMay ? allowed : forbidden);
    const customerMay = isPublic || rule.customer;
    // A new token for each procedure, because tokens end after a minute.
    const customerToken = await api.customerToken('kim');
    expect(await call(procedure, `Bearer ${customerToken}`), 'a customer').toEqual(customerMay ? allowed : forbidden);
    for (const scope of scopes) {
      const operatorMay = isPublic || rule.operator === 'any' || rule.operator === scope;
      expect(await call(procedure, `Bearer ${keys.get(scope)}`), scope).toEqual(operatorMay ? allowed : forbidden);
      const othersMay = isPublic || rule.operator === 'any' || rule.operator !== scope;
      expect(await call(procedure, `Bearer ${keys.get(`all but ${scope}`)}`), `all but ${scope}`).toEqual(
        othersMay ? allowed : forbidden,
      );
    }
  });

  test.each(allProcedures)('$path gives a session the rights of its key, and to the page alone', async (procedure) => {
    const { rule, path } = procedure;
    const isPublic = rule === 'public';
    const page = { 'x-commerce-page': '1' };
    // A session makes no link, whatever its scopes are.
    const allowedHere = path === 'session.createLink' ? forbidden : allowed;
    for (const scope of scopes) {
      const cookie = cookies.get(scope) ?? '';
      const may = isPublic || rule.operator === 'any' || rule.operator === scope;
      expect(await callWith(procedure, { cookie, ...page }), scope).toEqual(may ? allowedHere : forbidden);
    }
    const [scope] = isPublic || rule.operator === 'any' ? scopes : [rule.operator];
    const cookie = cookies.get(scope) ?? '';
    const visitorMay = isPublic || rule.visitor;
    expect(await callWith(procedure, { cookie }), 'without the header').toEqual(visitorMay ? allowed : unauthenticated);
    for (const foreign of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: api.url },
      { 'sec-fetch-site': 'none' },
      { origin: 'null' },
    ])
      expect(await callWith(procedure, { cookie, ...page, ...foreign } as never), 'elsewhere').toEqual(forbidden);
    const other = cookies.get(`all but ${scope}`) ?? '';
    const otherMay = isPublic || rule.operator === 'any';
    expect(await callWith(procedure, { cookie: other, ...page })).toEqual(otherMay ? allowedHere : forbidden);
    const guessed = { cookie: `commerce_session=${'x'.repeat(43)}`, ...page };
    expect(await callWith(procedure, guessed)).toEqual(unauthenticated);
  });

  test.each(allProcedures)('$path rejects a bad token, also if no token is needed', async (procedure) => {
    const bad = [
      `Bearer ${revokedKey}`,
      'Bearer ck_guessed',
      'Bearer garbage',
      'Bearer a.b.c',
      `Bearer ${await api.customerToken('kim')}x`,
      'Bearer',
      'Basic YTpi',
      `Bearer ${'x'.repeat(9_000)}`,
      `Bearer ${guestToken(-60_000)}`,
      `Bearer ${guestToken().slice(0, -1)}`,
      `Bearer cg_${'x'.repeat(75)}`,
      `Bearer ${await api.customerToken('guest:0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90')}`,
    ];
    for (const authorization of bad)
      expect(await call(procedure, authorization), authorization).toEqual(unauthenticated);
    expect(await call(procedure, `Bearer ${guestToken()}`, withoutGuests), 'without guests').toEqual(unauthenticated);
  });

  test('archived products need the scope catalog', async () => {
    const readArchived = async (client: ReturnType<TestApi['anonymousClient']>) => {
      const productId = await api.createProduct();
      await (await api.operatorClient('catalog')).product.archive.mutate({ productId });
      const get = client.product.get.query({ productId, includeArchived: true });
      const listed = client.product.list.query({ includeArchived: true });
      return Promise.allSettled([get, listed]);
    };
    const codes = (results: PromiseSettledResult<unknown>[]) =>
      results.map((result) => (result.status === 'fulfilled' ? 'ok' : result.reason.data.commerce.code));
    expect(codes(await readArchived(api.anonymousClient()))).toEqual(['unauthenticated', 'unauthenticated']);
    expect(codes(await readArchived(await api.customerClient()))).toEqual(['forbidden', 'forbidden']);
    expect(codes(await readArchived(await api.operatorClient('stock')))).toEqual(['forbidden', 'forbidden']);
    expect(codes(await readArchived(await api.operatorClient('catalog')))).toEqual(['ok', 'ok']);
  });

  test('an API key cannot create a key with a scope that it lacks', async () => {
    const client = await api.operatorClient('keys', 'stock');
    const create = (asked: Scope[]) => client.apiKey.create.mutate({ name: 'another', scopes: asked });
    await expect(create(['stock', 'money'])).rejects.toMatchObject({ data: { commerce: { code: 'forbidden' } } });
    const { key } = await create(['stock']);
    expect(key).toMatch(/^ck_[\w-]{43}$/);
    const { items } = await client.apiKey.list.query();
    expect(JSON.stringify(items)).not.toContain(key);
  });

  test('a revoked key is rejected at once', async () => {
    const admin = await api.operatorClient('keys');
    const { id, key } = await admin.apiKey.create.mutate({ name: 'short-lived', scopes: ['keys'] });
    const listing = { path: 'apiKey.list', type: 'query', rule: present(access['apiKey.list']) } as const;
    expect(await call(listing, `Bearer ${key}`)).toEqual(allowed);
    await admin.apiKey.revoke.mutate({ apiKeyId: id });
    expect(await call(listing, `Bearer ${key}`)).toEqual(unauthenticated);
  });
});
