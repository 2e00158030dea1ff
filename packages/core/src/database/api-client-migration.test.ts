import { randomUUID } from 'node:crypto';
import { createTestDatabase } from '@commerce-core/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { connect } from './connect.ts';
import { migrate, readMigrations } from './migrate.ts';
import { hashApiKey, newApiKey } from '../access/api-key.ts';
import type { Database } from '@commerce-core/pg-pipeline';

const migrations = readMigrations();
const before = migrations.slice(
  0,
  migrations.findIndex(({ name }) => name === '0011_api_clients'),
);

let database: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  const created = await createTestDatabase({ template: 'empty', prepare: async () => {} });
  database = connect({ url: created.url });
  drop = async () => created.drop();
  await migrate(database, before);
});
afterAll(async () => {
  await database?.close();
  await drop?.();
});

let stored = 0;

/**
 * Stores an API key as the version before clients did, an hour after the one before: a column's times have
 * milliseconds.
 */
async function insertKey(name: string, isRevoked: boolean) {
  const [id, key] = [randomUUID(), newApiKey()];
  await database.pool.query(
    `insert into commerce.api_keys (id, name, key_hash, scopes, created_at, revoked_at)
    values ($1, $2, $3, '{orders}', timestamptz '2025-01-01' + $5 * interval '1 hour', case when $4 then now() end)`,
    [id, name, hashApiKey(key), isRevoked, (stored += 1)],
  );
  return { id, key };
}

test('each API key of an older version is the key of an own client, and its idempotency keys are found', async () => {
  const old = await insertKey('warehouse', false);
  const used = await insertKey('warehouse', false);
  const revoked = await insertKey('warehouse', true);
  const long = [await insertKey('x'.repeat(100), false), await insertKey('x'.repeat(100), false)];
  const storedScope = `operator:${used.id}`;

  await migrate(database, migrations);
  const commerce = createCommerce({ database });
  const clients = await Promise.all([old, used].map(async ({ key }) => commerce.authenticateApiKey(key)));
  const keyNames = [`warehouse ${old.id}`, 'warehouse'];
  expect(clients).toEqual(
    [old, used].map(({ id }, index) => ({ id, clientId: id, name: keyNames[index], scopes: ['orders'] })),
  );
  // The API stores idempotency keys under the client's id.
  expect(`operator:${clients[1]?.clientId}`).toBe(storedScope);
  expect(await commerce.authenticateApiKey(revoked.key)).toBeUndefined();

  const { items } = await commerce.listApiKeys();
  const names = new Map(items.map(({ id, name }) => [id, name]));
  expect(names.get(used.id)).toBe('warehouse');
  expect(names.get(old.id)).toBe(`warehouse ${old.id}`);
  expect(names.get(revoked.id)).toBe(`warehouse ${revoked.id}`);
  expect(long.map(({ id }) => names.get(id)?.length)).toEqual([100, 100]);

  const rotated = await commerce.createApiKey({ name: 'warehouse', scopes: ['orders'] });
  expect(rotated.clientId).toBe(used.id);
});
