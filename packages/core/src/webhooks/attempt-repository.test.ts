import { afterAll, expect, test } from 'vitest';
import { connect } from '../database/connect.ts';
import { createTestShop } from '../testing/test-shop.ts';
import { createAttemptPartitions } from './attempt-repository.ts';

const shop = await createTestShop();
afterAll(async () => shop.close());
const { pool } = shop.database;

const dayMs = 24 * 60 * 60_000;
const readPartitions = async () =>
  (
    await pool.query<{ name: string }>(
      `select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
       where i.inhparent = 'commerce.webhook_attempts'::regclass order by 1`,
    )
  ).rows.map(({ name }) => name);

test('the days of webhook attempts are created beside long readers and writers, by two workers at once', async () => {
  const reader = await pool.connect();
  try {
    await reader.query('begin; select count(*) from commerce.webhook_attempts; delete from commerce.webhook_attempts');
    const now = Date.UTC(2031, 0, 1);
    await Promise.all([createAttemptPartitions({ pool }, now), createAttemptPartitions({ pool }, now)]);
    // Each round is another chance for the workers to meet in another moment.
    for (let round = 0; round < 30; round += 1) {
      const later = Date.UTC(2033, round);
      await Promise.all(Array.from({ length: 4 }, async () => createAttemptPartitions({ pool }, later)));
    }
    await createAttemptPartitions({ pool }, now + dayMs);
    expect((await readPartitions()).filter((name) => name.startsWith('webhook_attempts_2031'))).toEqual([
      'webhook_attempts_20310101',
      'webhook_attempts_20310102',
      'webhook_attempts_20310103',
      'webhook_attempts_20310104',
    ]);
  } finally {
    await reader.query('rollback');
    reader.release();
  }
});

test('a day of webhook attempts has the columns, the CHECKs and the indexes of the table', async () => {
  await createAttemptPartitions({ pool }, Date.UTC(2032, 0, 1));
  const shapeOf = async (table: string) =>
    (
      await pool.query<{ what: string }>(
        `select attname || ' ' || atttypid::regtype || ' ' || attnotnull as what from pg_attribute
           where attrelid = $1::regclass and attnum > 0
         union all select contype::text || ' ' || pg_get_constraintdef(oid) from pg_constraint
           where conrelid = $1::regclass
         union all select regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') from pg_index
           where indrelid = $1::regclass
         order by 1`,
        [table],
      )
    ).rows.map(({ what }) => what);
  expect(await shapeOf('commerce.webhook_attempts_20320101')).toEqual(await shapeOf('commerce.webhook_attempts'));
});

test('the days of webhook attempts are created in a schema of another name, and only once', async () => {
  await pool.query('alter schema commerce rename to shop_b');
  const named = connect({ url: shop.database.url, schema: 'shop_b' });
  try {
    const now = Date.UTC(2034, 0, 1);
    await createAttemptPartitions(named, now);
    await createAttemptPartitions(named, now);
    const { rows } = await pool.query<{ found: boolean }>(
      `select to_regclass('shop_b.webhook_attempts_20340101') is not null as found`,
    );
    expect(rows).toEqual([{ found: true }]);
  } finally {
    await named.close();
    await pool.query('alter schema shop_b rename to commerce');
  }
});
