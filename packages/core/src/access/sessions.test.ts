import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCommerce, type Commerce } from '../commerce.ts';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';

let shop: TestShop;
let commerce: Commerce;
beforeAll(async () => {
  shop = await createTestShop();
  ({ commerce } = shop);
});
afterAll(() => shop.close());
beforeEach(async () => {
  await shop.database.pool.query('delete from commerce.operator_sessions');
});

const newKey = async (name = 'Kim') => commerce.createApiKey({ name, scopes: ['orders', 'stock'] });
const signIn = async (name?: string) => {
  const { key, ...record } = await newKey(name);
  return { ...(await commerce.signIn({ key })), apiKeyId: record.id };
};
const listed = async () => (await commerce.listSessions()).items.map(({ sessionId }) => sessionId);
const change = async (sessionId: string, set: string) =>
  shop.database.pool.query(`update commerce.operator_sessions set ${set} where id = $1`, [sessionId]);

/** What ends a session by itself. */
const endings: [string, (session: { sessionId: string; apiKeyId: string }) => Promise<unknown>][] = [
  ['is 12 hours old', async ({ sessionId }) => change(sessionId, `expires_at = now()`)],
  ['was not used for 2 hours', async ({ sessionId }) => change(sessionId, `last_used_at = now() - interval '2 hours'`)],
  ['has a revoked key', async ({ apiKeyId }) => commerce.revokeApiKey({ apiKeyId })],
];

describe('listSessions', () => {
  test('shows who is signed in, the newest first, and never the token or its hash', async () => {
    const [kim, lee] = [await signIn('Kim'), await signIn('Lee')];
    const { items, nextCursor } = await commerce.listSessions();
    const expected = [lee, kim].map(({ sessionId, apiKeyId, clientId, name, scopes, expiresAt }) => ({
      sessionId,
      apiKeyId,
      clientId,
      name,
      scopes,
      expiresAt,
      createdAt: expect.any(Date),
      lastUsedAt: expect.any(Date),
    }));
    expect([items, nextCursor]).toEqual([expected, null]);
    expect(items.map(({ expiresAt, createdAt }) => Number(expiresAt) - Number(createdAt))).toEqual([
      12 * 3_600_000,
      12 * 3_600_000,
    ]);
  });

  test.each(endings)('leaves out a session that %s', async (_, end) => {
    const [kept, ended] = [await signIn(), await signIn()];
    expect(await listed()).toEqual([ended.sessionId, kept.sessionId]);
    await end(ended);
    expect(await listed()).toEqual([kept.sessionId]);
  });

  test('is read page by page', async () => {
    const ids: string[] = [];
    for (const _ of [1, 2, 3]) ids.unshift((await signIn()).sessionId);
    const first = await commerce.listSessions({ limit: 2 });
    const second = await commerce.listSessions({ limit: 2, cursor: first.nextCursor! });
    expect([first, second].map(({ items }) => items.map(({ sessionId }) => sessionId))).toEqual([
      ids.slice(0, 2),
      ids.slice(2),
    ]);
    expect(second.nextCursor).toBeNull();
  });

  test.each([{ limit: 0 }, { limit: 101 }, { cursor: 'x' }, { token: 'x' }])('refuses the input %j', async (input) => {
    await expect(commerce.listSessions(input)).rejects.toMatchObject({ code: 'validation_failed' });
  });
});

test('an API key is used by signing in and by each session of it', async () => {
  const { token, sessionId, apiKeyId } = await signIn();
  const usedAt = async () => (await commerce.listApiKeys()).items.find(({ id }) => id === apiKeyId)?.lastUsedAt;
  const signedInAt = await usedAt();
  expect(signedInAt).toBeInstanceOf(Date);
  await change(sessionId, `last_used_at = now() - interval '2 minutes'`);
  await shop.database.pool.query(
    `update commerce.api_keys set last_used_at = now() - interval '2 minutes' where id = $1`,
    [apiKeyId],
  );
  await commerce.findSession(token, { touch: false });
  expect(Number(await usedAt())).toBeLessThan(Number(signedInAt));
  await commerce.findSession(token);
  expect(Number(await usedAt())).toBeGreaterThanOrEqual(Number(signedInAt));
});

describe('endSession', () => {
  const missing = { code: 'session_not_found' };

  test('ends one session at once in every process, and returns it as it was', async () => {
    const other = createCommerce({ database: shop.database });
    const [ended, kept] = [await signIn(), await signIn()];
    expect(await other.findSession(ended.token)).toMatchObject({ sessionId: ended.sessionId });
    const [, before] = (await commerce.listSessions()).items;
    expect(await commerce.endSession({ sessionId: ended.sessionId })).toEqual(before);
    expect(await other.findSession(ended.token)).toBeUndefined();
    expect(await other.findSession(kept.token)).toMatchObject({ sessionId: kept.sessionId });
    expect(await listed()).toEqual([kept.sessionId]);
  });

  test('by two callers at once is done for one of them', async () => {
    const { sessionId } = await signIn();
    const outcomes = await Promise.allSettled([1, 2, 3].map(async () => commerce.endSession({ sessionId })));
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []));
    expect(refusals).toEqual(['session_not_found', 'session_not_found']);
  });

  test.each(endings)('refuses a session that %s, and leaves its row to retention', async (_, end) => {
    const session = await signIn();
    await end(session);
    await expect(commerce.endSession({ sessionId: session.sessionId })).rejects.toMatchObject(missing);
    const { rows } = await shop.database.pool.query('select id from commerce.operator_sessions');
    expect(rows).toEqual([{ id: session.sessionId }]);
  });

  test('refuses a session that never was, and an id that is none', async () => {
    await expect(commerce.endSession({ sessionId: randomUUID() })).rejects.toMatchObject(missing);
    await expect(commerce.endSession({ sessionId: 'x' })).rejects.toMatchObject({ code: 'validation_failed' });
  });
});

test('a session is found by the beginning of its id, with the client that is signed in', async () => {
  const { sessionId } = await signIn('Lee');
  expect(await commerce.lookUp({ kind: 'session', text: sessionId.slice(0, 18) })).toEqual({
    matches: [{ id: sessionId, summary: 'Lee' }],
    hasMore: false,
  });
});
