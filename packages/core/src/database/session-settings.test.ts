import { withTransaction } from '@commerce-core/pg-pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { mockGateway } from '../gateways/mock.ts';
import { createTestShop, testShopOf, webhookSecret, type TestShop } from '../testing/test-shop.ts';
import { connect } from './connect.ts';
import { databaseProblem } from './database-problem.ts';
import { migrate, pendingMigrations } from './migrate.ts';

let shop: TestShop;
let databaseName: string;
beforeAll(async () => {
  shop = await createTestShop();
  databaseName = new URL(shop.database.url).pathname.slice(1);
});
afterAll(() => shop.close());

type Setting = { name: string; values: string[] };

/** Values for the settings whose possible values PostgreSQL doesn't list. */
const listed: Readonly<Record<string, string[]>> = {
  DateStyle: ['German', 'SQL, DMY', 'Postgres, MDY', 'ISO, YMD'],
  TimeZone: ['Asia/Kolkata', 'America/St_Johns', 'Pacific/Kiritimati', 'UTC'],
  client_encoding: ['LATIN1', 'SQL_ASCII', 'EUC_KR'],
  extra_float_digits: ['-15', '3'],
  idle_in_transaction_session_timeout: ['1ms'],
  lock_timeout: ['1ms'],
  search_path: ["''", 'hostile, pg_catalog', 'pg_temp'],
};

/** The categories of settings that change what a statement means, what it returns, or whether it lasts. */
const categories =
  '(Locale and Formatting|Statement Behavior|Previous PostgreSQL Versions|Other Platforms|Write-Ahead Log / Settings)$';

/**
 * Returns every setting of these categories that a database or a user can have, with its values but the default one.
 */
async function readSettings(): Promise<Setting[]> {
  const { rows } = await shop.database.pool.query<Record<'name' | 'vartype' | 'standard', string> & { all: string[] }>(
    `select name, vartype, boot_val as standard, coalesce(enumvals, '{}') as all from pg_settings
    where context in ('user', 'superuser') and category ~ $1 and name !~ '^transaction_'`,
    [categories],
  );
  return rows
    .map(({ name, vartype, standard, all }) => ({
      name,
      values: (listed[name] ?? (vartype === 'bool' ? ['on', 'off'] : all)).filter((value) => value !== standard),
    }))
    .filter(({ values }) => values.length > 0);
}

const assignmentOf = (name: string, value: string) => `${name} = ${name === 'search_path' ? value : `'${value}'`}`;

/** The settings with which the shop refuses to start. */
const refused: readonly [setting: string, value: string, reason: RegExp][] = [
  ['default_transaction_read_only', 'on', /^it is read-only/],
  ['session_replication_role', 'replica', /^session_replication_role is replica/],
  ['search_path', 'shadow, pg_catalog', /^its search_path puts shadow\.now\(\) before PostgreSQL’s own function/],
];

/** Orders, pays and reads back on connections that have the database's settings of now. */
async function runFlow(productId: string, settings: string): Promise<void> {
  const database = connect({ url: shop.database.url });
  try {
    expect(await databaseProblem(database)).toBeUndefined();
    const commerce = createCommerce({ database, gateways: [mockGateway([webhookSecret])] });
    const { createPendingOrder, sendWebhook } = testShopOf(commerce, database);
    const { orderId, payment } = await createPendingOrder({ [productId]: 1 });
    const webhook = await sendWebhook('AUTHORIZED', payment);
    const order = await commerce.getOrder({ orderId });
    expect([webhook.outcome, order.status]).toEqual(['APPLIED', 'PAID']);
    const { items } = await commerce.orderHistory({ orderId });
    for (const time of [order.createdAt, payment.createdAt, ...items.map(({ createdAt }) => createdAt)])
      expect(Math.abs(time.getTime() - Date.now())).toBeLessThan(600_000);
    expect(await shop.commerce.getOrder({ orderId })).toEqual(order);
  } catch (error) {
    throw new Error(settings, { cause: error });
  } finally {
    await database.close();
  }
}

describe('whatever settings the database or the user has', () => {
  beforeAll(async () => {
    await shop.database.pool.query(`create schema hostile; create table hostile.orders (id int);
      create schema shadow; create function shadow.now() returns timestamptz
        language sql as $$ select '2000-01-01'::timestamptz $$`);
  });

  // Each turn sets every setting to another value, so that as many turns are enough as a setting has values.
  test.each(['database', 'role current_user in database'])('those of a %s change no order', async (target) => {
    const settings = await readSettings();
    expect(settings.map(({ name }) => name)).toEqual(expect.arrayContaining([...Object.keys(listed), 'IntervalStyle']));
    const productId = await shop.createTestProduct({ quantity: 100 });
    const { pool } = shop.database;
    const free = settings.filter(({ name }) => name === 'search_path' || !refused.some(([other]) => other === name));
    for (let turn = 0; free.some(({ values }) => values.length > turn); turn += 1) {
      const assignments = free.map(({ name, values }) => assignmentOf(name, values[turn % values.length] ?? ''));
      await pool.query(
        assignments.map((assignment) => `alter ${target} "${databaseName}" set ${assignment}`).join(';'),
      );
      try {
        await runFlow(productId, assignments.join(', '));
      } finally {
        await pool.query(`alter ${target} "${databaseName}" reset all`);
      }
    }
  });

  test.each(refused)('%s = %s keeps the shop from starting', async (name, value, reason) => {
    await shop.database.pool.query(`alter database "${databaseName}" set ${assignmentOf(name, value)}`);
    const database = connect({ url: shop.database.url });
    expect(await databaseProblem(database)).toMatch(reason);
    await database.close();
    await shop.database.pool.query(`begin read write; alter database "${databaseName}" reset ${name}; commit`);
  });
});

test.each(['flow', 'flow_short_lock_wait', 'caller'] as const)(
  'a transaction of mode %s has its own isolation, limits and durability, whatever the database prescribes',
  async (mode) => {
    const hostile: Record<string, string> = {
      default_transaction_isolation: 'serializable',
      statement_timeout: '1s',
      lock_timeout: '1s',
      idle_in_transaction_session_timeout: '1s',
      synchronous_commit: 'off',
      DateStyle: 'German',
    };
    const names = Object.keys(hostile).map((name) => name.replace('default_', ''));
    const { pool } = shop.database;
    for (const [name, value] of Object.entries(hostile))
      await pool.query(`alter database "${databaseName}" set ${name} = '${value}'`);
    const database = connect({ url: shop.database.url });
    const read = names.map((name) => `current_setting('${name}') as "${name}"`).join();
    const { rows } = await withTransaction(database, async (tx) => tx.db.execute(`select ${read}`), { mode });
    expect(rows).toEqual([
      {
        transaction_isolation: 'read committed',
        statement_timeout: '30s',
        lock_timeout: mode === 'flow_short_lock_wait' ? '300ms' : '4s',
        idle_in_transaction_session_timeout: '10s',
        synchronous_commit: 'on',
        DateStyle: 'ISO, MDY',
      },
    ]);
    await database.close();
    for (const name of Object.keys(hostile)) await pool.query(`alter database "${databaseName}" reset ${name}`);
  },
);

test('a durability beyond the default one stays', async () => {
  await shop.database.pool.query(`alter database "${databaseName}" set synchronous_commit = remote_apply`);
  const database = connect({ url: shop.database.url });
  const { rows } = await withTransaction(database, async (tx) => tx.db.execute('show synchronous_commit'));
  expect(rows).toEqual([{ synchronous_commit: 'remote_apply' }]);
  await database.close();
  await shop.database.pool.query(`alter database "${databaseName}" reset synchronous_commit`);
});

test('processes that start together on an empty schema migrate once, also as a hostile role', async () => {
  const { pool } = shop.database;
  const hostile = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
  for (const name of hostile) await pool.query(`alter database "${databaseName}" set ${name} = '300ms'`);
  await pool.query(`alter database "${databaseName}" set default_transaction_isolation = 'repeatable read'`);
  const databases = [1, 2, 3].map(() =>
    connect({ url: shop.database.url, schema: 'fresh', applicationName: 'starting' }),
  );
  const holder = await pool.connect();
  await holder.query('begin; select pg_advisory_xact_lock(1668115821, 1)');
  const migrated = Promise.all(databases.map(async (database) => migrate(database)));
  migrated.catch(() => {});
  // They wait for longer than the limits.
  await expect
    .poll(async () => {
      const { rows } = await pool.query(`select count(*)::int as count from pg_stat_activity
        where application_name = 'starting' and wait_event_type = 'Lock' and now() - query_start > interval '500 ms'`);
      return rows[0].count;
    })
    .toBe(3);
  await holder.query('rollback');
  holder.release();
  expect((await migrated).filter((names) => names.length > 0)).toHaveLength(1);
  for (const database of databases) {
    expect(await pendingMigrations(database)).toEqual([]);
    await database.close();
  }
  for (const name of [...hostile, 'default_transaction_isolation'])
    await pool.query(`alter database "${databaseName}" reset ${name}`);
});
