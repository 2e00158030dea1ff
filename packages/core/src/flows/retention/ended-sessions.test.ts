import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

const hourMs = 60 * 60_000;

let shop: TestShop;
let keyId: string;
let key: string;
beforeAll(async () => {
  shop = await createTestShop({ keepMs: { operatorSessions: 3 * hourMs } });
  ({ id: keyId, key } = await shop.commerce.createApiKey({ name: 'desk', scopes: ['orders'] }));
});
afterAll(() => shop.close());
beforeEach(async () => {
  await shop.database.pool.query(
    `delete from commerce.operator_sessions; delete from commerce.sign_in_links;
     update commerce.retention_rules set due_at = now() - interval '1 second'`,
  );
});

const count = async (table: string): Promise<number> =>
  (await shop.database.pool.query(`select count(*)::int as n from commerce.${table}`)).rows[0].n;

/** Adds a session and a link that ended so long ago. */
async function addEnded(ms: number): Promise<void> {
  await shop.commerce.signIn({ key });
  await shop.commerce.createSignInLink({ apiKeyId: keyId });
  for (const table of ['operator_sessions', 'sign_in_links'])
    await shop.database.pool.query(
      `update commerce.${table} set expires_at = now() - $1::float8 * interval '1 ms' where expires_at > now()`,
      [ms],
    );
}

test('sessions and links go when they ended long enough ago, and not before', async () => {
  await addEnded(3 * hourMs + 1_000);
  await addEnded(3 * hourMs - 60_000);
  await shop.commerce.signIn({ key });
  expect(await shop.commerce.applyRetention()).toEqual({ removed: 2, isFull: false });
  expect(await count('operator_sessions')).toBe(2);
  expect(await count('sign_in_links')).toBe(1);
});

test('an operator who is signed in stays so', async () => {
  const { token } = await shop.commerce.signIn({ key });
  await shop.commerce.applyRetention();
  expect(await shop.commerce.findSession(token)).toMatchObject({ name: 'desk' });
});

test('a backlog goes in batches of at most the limit of each, and the lag says how old it is', async () => {
  for (const _ of [1, 2, 3]) await addEnded(5 * hourMs);
  expect((await shop.commerce.retentionLag())['operator_sessions']).toBeCloseTo((2 * hourMs) / 1_000, -2);
  expect(await shop.commerce.applyRetention(2)).toEqual({ removed: 4, isFull: true });
  expect(await shop.commerce.applyRetention(2)).toEqual({ removed: 2, isFull: false });
  expect((await shop.commerce.retentionLag())['operator_sessions']).toBe(0);
});
