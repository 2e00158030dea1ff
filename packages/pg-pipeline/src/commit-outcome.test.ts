import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCommitOutcome } from './commit-outcome.ts';
import type { Database } from './connect.ts';
import { sqlState } from './database-errors.ts';
import { statement } from './statement.ts';
import { openFaultInjectingProxy, type FaultInjectingProxy } from './testing/fault-injecting-proxy.ts';
import { connectForTest, createItemsDatabase, insertItems, type ItemsDatabase } from './testing/items-database.ts';
import { withTransaction } from './with-transaction.ts';

let items: ItemsDatabase;
let proxy: FaultInjectingProxy;
/** The same database through the proxy. */
let database: Database;
beforeAll(async () => {
  items = await createItemsDatabase();
  proxy = await openFaultInjectingProxy(items.url);
  database = connectForTest(proxy.url, { poolMax: 3 });
});
afterAll(async () => {
  await database.close();
  await proxy.close();
  await items.drop();
});

const lock = statement('lock_item_of_a_test', 'select * from "test"."items" where "id" = $1 for update');
const add = statement('add_to_item_of_a_test', 'update "test"."items" set "quantity" = "quantity" + 1 where "id" = $1');

/**
 * In one transaction: locks an item, adds 1 to its quantity and inserts another item. Returns the id of the new item.
 */
async function addOne(to: Database, id: string): Promise<string> {
  return withTransaction(to, async (tx) => {
    await tx.query(lock, [id]);
    const insertedId = crypto.randomUUID();
    insertItems(tx, [{ id: insertedId, quantity: 1 }]);
    tx.send(add, [id]);
    return insertedId;
  });
}

const witnessOf = (id: string) => ({ text: 'select 1 from test.items where id = $1', values: [id] });

test.each([
  ['at a row lock', { when: /lock_item_of_a_test/, deliver: false }],
  ['at a write', { when: /insert_items/, deliver: true }],
  ['before COMMIT reached the server', { when: /commit\0/, deliver: false }],
  ['after COMMIT reached the server', { when: /commit\0/, deliver: true }],
])('work whose connection is lost %s commits exactly once', async (_, cut) => {
  const id = await items.createItem(0);
  const cuts = proxy.cuts();
  proxy.cutAt(cut);
  const insertedId = await addOne(database, id);
  expect(proxy.cuts()).toBe(cuts + 1);
  expect(await items.readQuantity(id)).toBe(1);
  expect(await items.readQuantity(insertedId)).toBe(1);
});

test('a COMMIT whose answer is lost while the server commits returns its result once it has committed', async () => {
  await atCommit(`perform pg_sleep(1)`);
  const id = await items.createItem(0);
  proxy.cutAt({ when: /commit\0/, deliver: true });
  const insertedId = await addOne(database, id);
  await removeTrigger();
  expect(await items.readQuantity(id)).toBe(1);
  expect(await items.readQuantity(insertedId)).toBe(1);
});

test('a COMMIT that fails on the server after the connection was lost makes the work run again', async () => {
  const id = await items.createItem(0);
  // The first COMMIT fails one second after its client has gone. A sequence survives the rollback and counts the runs.
  await items.pool.query('create sequence test.commits');
  await atCommit(`if nextval('test.commits') = 1 then perform pg_sleep(1); raise exception 'refused'; end if`);
  proxy.cutAt({ when: /commit\0/, deliver: true });
  const insertedId = await addOne(database, id);
  await removeTrigger();
  const { rows } = await items.pool.query('select last_value::int as runs from test.commits');
  expect(rows).toEqual([{ runs: 2 }]);
  expect(await items.readQuantity(id)).toBe(1);
  expect(await items.readQuantity(insertedId)).toBe(1);
});

test('a transaction whose id the server does not know counts as committed when its witness finds the row', async () => {
  // An id from the future, as after a failover to a server that lags behind.
  const id = await items.createItem(1);
  expect(await readCommitOutcome(items, '9223372036854775807', witnessOf(id))).toBe('committed');
});

test('a committed transaction that got the same id after a crash is not taken for the one in question', async () => {
  // Any committed transaction stands for the one that got the id; the row of ours does not exist.
  const { rows } = await items.pool.query('select pg_current_xact_id()::text as xid');
  expect(await readCommitOutcome(items, rows[0].xid, witnessOf(crypto.randomUUID()))).toBe('aborted');
});

test('an outcome that cannot be read because of a lock is read again, and the work does not run again', async () => {
  const shortLockWait = connectForTest(`${proxy.url}?options=-c%20lock_timeout%3D20ms`);
  const id = await items.createItem(0);
  await atCommit('perform pg_sleep(0.3)');
  proxy.cutAt({ when: /commit\0/, deliver: true });
  const cuts = proxy.cuts();
  const adding = addOne(shortLockWait, id);
  await expect.poll(() => proxy.cuts()).toBe(cuts + 1);
  const holder = await items.pool.connect();
  // Waits for the COMMIT, and has the lock before the witness is read.
  await holder.query('begin; lock table test.items in access exclusive mode');
  await sleep(300);
  await holder.query('rollback');
  holder.release();
  expect(await items.readQuantity(await adding)).toBe(1);
  await removeTrigger();
  await shortLockWait.close();
  expect(await items.readQuantity(id)).toBe(1);
});

test('an outcome that cannot be read is outcome_unknown, without the look-up’s error as its cause', async () => {
  const { rows } = await items.pool.query('select pg_current_xact_id()::text as xid');
  const unreadable = { text: 'select 1 / 0', values: [] };
  const error = await readCommitOutcome(items, rows[0].xid, unreadable, { patienceMs: 200 }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'outcome_unknown' });
  expect(sqlState(error)).toBeUndefined();
  await expect(
    readCommitOutcome(items, '9223372036854775807', witnessOf(crypto.randomUUID()), { patienceMs: 200 }),
  ).rejects.toMatchObject({ code: 'outcome_unknown' });
});

test('after a fail-over the id of a transaction without a witness proves nothing once it is handed out', async () => {
  // The new primary hands out the ids of transactions again that never reached it.
  const { rows } = await items.pool.query('select pg_current_xact_id()::text as xid');
  const moved = { patienceMs: 200, hasMoved: () => true };
  await expect(readCommitOutcome(items, rows[0].xid, undefined, moved)).rejects.toMatchObject({
    code: 'outcome_unknown',
  });
  expect(await readCommitOutcome(items, '9223372036854775807', undefined, moved)).toBe('aborted');
});

/** Runs a PL/pgSQL statement at each COMMIT that inserted an item. */
async function atCommit(plpgsql: string): Promise<void> {
  await items.pool.query(`
    create function test.at_commit() returns trigger language plpgsql as $$ begin ${plpgsql}; return null; end $$;
    create constraint trigger at_commit after insert on test.items
      deferrable initially deferred for each row execute function test.at_commit()`);
}

async function removeTrigger(): Promise<void> {
  await items.pool.query('drop function test.at_commit() cascade');
}
