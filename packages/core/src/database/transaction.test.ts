import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createCommerce, type Commerce } from '../commerce.ts';
import { openCuttingProxy, type CuttingProxy } from '../testing/cutting-proxy.ts';
import { codeOf, openShop, type Shop } from '../testing/shop.ts';
import { outcomeOf } from './commit-outcome.ts';
import { connect, type Database } from './connect.ts';
import { sqlState } from './faults.ts';
import { withTransaction, type Transaction } from './transaction.ts';

let shop: Shop;
let proxy: CuttingProxy;
let database: Database;
let commerce: Commerce;

beforeAll(async () => {
  shop = await openShop();
  proxy = await openCuttingProxy(shop.database.url);
  database = connect({ url: proxy.url, poolMax: 3 });
  commerce = createCommerce({ database });
});

afterAll(async () => {
  await database.close();
  await proxy.close();
  // Some of these tests write past the flows, so its invariants are not asked for.
  await shop.database.drop();
});

const orderCount = async (productId: string) =>
  (await shop.database.pool.query('select 1 from commerce.order_lines where product_id = $1', [productId])).rowCount;

const place = (productId: string) => commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });

test.each([
  ['at the lock on stock', { when: /for update/, deliver: false }],
  ['at a write', { when: /insert_orders/, deliver: true }],
  ['just before COMMIT reaches the server', { when: /commit\0/, deliver: false }],
  ['after COMMIT reached the server', { when: /commit\0/, deliver: true }],
])('a connection lost %s leaves exactly one order, and the caller is told of it', async (_, cut) => {
  const productId = await shop.product();
  const cuts = proxy.cuts();
  proxy.cutAt(cut);
  const order = await place(productId);
  expect(proxy.cuts()).toBe(cuts + 1);
  expect(await orderCount(productId)).toBe(1);
  expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ id: order.id, status: 'CREATED' });
  expect(await shop.stock(productId)).toEqual([10, 1]);
});

test('a COMMIT whose answer is lost while the server is still committing is told as committed, once it is', async () => {
  await delayCommits(`perform pg_sleep(1)`);
  const productId = await shop.product();
  proxy.cutAt({ when: /commit\0/, deliver: true });
  const order = await place(productId);
  await dropDelay();
  expect(await orderCount(productId)).toBe(1);
  expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'CREATED' });
});

test('a COMMIT that fails on the server after the connection was lost is run again, and answers for the second run', async () => {
  // The first COMMIT fails a second after its client has gone; sequences survive the rollback and tell the runs apart.
  await shop.database.pool.query('create sequence commerce.commits');
  await delayCommits(`if nextval('commerce.commits') = 1 then perform pg_sleep(1); raise exception 'refused'; end if`);
  const productId = await shop.product();
  proxy.cutAt({ when: /commit\0/, deliver: true });
  const order = await place(productId);
  await dropDelay();
  const { rows } = await shop.database.pool.query('select last_value::int as runs from commerce.commits');
  expect(rows).toEqual([{ runs: 2 }]);
  expect(await orderCount(productId)).toBe(1);
  expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ status: 'CREATED' });
});

test('a transaction that another server never heard of counts as committed when its rows are there', async () => {
  // Asked for a transaction id from the future, as after a failover to a server that is behind.
  const productId = await shop.product();
  const { id } = await shop.order({ [productId]: 1 });
  expect(await outcomeOf(shop.database, '9223372036854775807', orderWitness(id))).toBe('committed');
});

test('an id that was handed out again after a crash does not pass for the transaction that had it before', async () => {
  // Any committed transaction stands for the one that got the id after the crash; of ours no row is there.
  const { rows } = await shop.database.pool.query('select pg_current_xact_id()::text as xid');
  expect(await outcomeOf(shop.database, rows[0].xid, orderWitness(crypto.randomUUID()))).toBe('aborted');
});

test('a COMMIT whose outcome can’t be read for another fault than a lost connection is asked about again, not run again', async () => {
  const impatient = connect({ url: `${proxy.url}?options=-c%20lock_timeout%3D20ms` });
  const productId = await shop.product();
  await delayCommits('perform pg_sleep(0.3)');
  proxy.cutAt({ when: /commit\0/, deliver: true });
  const cuts = proxy.cuts();
  const placed = createCommerce({ database: impatient }).placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });
  await vi.waitFor(() => { expect(proxy.cuts()).toBe(cuts + 1); });
  const holder = await shop.database.pool.connect();
  // Waits for the COMMIT, and is there before the witness is looked for.
  await holder.query('begin; lock table commerce.orders in access exclusive mode');
  await sleep(300);
  await holder.query('rollback');
  holder.release();
  expect(await shop.commerce.getOrder({ orderId: (await placed).id })).toMatchObject({ status: 'CREATED' });
  await dropDelay();
  await impatient.close();
  expect(await orderCount(productId)).toBe(1);
  expect(await shop.stock(productId)).toEqual([10, 1]);
});

test('what nobody can tell is told as unknown, and what kept them from telling is not taken for the transaction’s fault', async () => {
  const { rows } = await shop.database.pool.query('select pg_current_xact_id()::text as xid');
  const unreadable = { text: 'select 1 / 0', values: [] };
  const unknown = await outcomeOf(shop.database, rows[0].xid, unreadable, 200).catch((error: unknown) => error);
  expect(unknown).toMatchObject({ code: 'outcome_unknown' });
  expect(sqlState(unknown)).toBeUndefined();
  expect(await codeOf(outcomeOf(shop.database, '9223372036854775807', orderWitness(crypto.randomUUID()), 200))).toBe('outcome_unknown');
});

const orderWitness = (id: string) => ({ text: 'select 1 from commerce.orders where id = $1', values: [id] });

test('a deadlock is run again until both sides are through', async () => {
  const [a, b] = await Promise.all([shop.product(), shop.product()]);
  const runs: string[] = [];
  const lockBoth = (name: string, first: string, second: string, ready: () => void, wait: Promise<void>) =>
    withTransaction(shop.database, async (tx) => {
      runs.push(name);
      await tx.db.execute(`update commerce.stocks set reserved_qty = reserved_qty + 1 where product_id = '${first}'`);
      ready();
      await wait;
      await tx.db.execute(`update commerce.stocks set reserved_qty = reserved_qty + 1 where product_id = '${second}'`);
    });
  const one = Promise.withResolvers<void>();
  const two = Promise.withResolvers<void>();
  await Promise.all([
    lockBoth('ab', a, b, one.resolve, two.promise),
    lockBoth('ba', b, a, two.resolve, one.promise),
  ]);
  expect(runs.length).toBeGreaterThan(2);
  expect([await shop.stock(a), await shop.stock(b)]).toEqual([[10, 2], [10, 2]]);
});

test('a statement that failed and was swallowed does not pass for a commit', async () => {
  const work = withTransaction(shop.database, async (tx) => {
    await tx.db.execute('select 1/0').catch(() => {});
    return 'done';
  });
  await expect(work).rejects.toThrow('rolled back');
});

test('a fault inside a transaction gives its connection back', async () => {
  const small = connect({ url: shop.database.url, poolMax: 1, acquireTimeoutMs: 2_000 });
  for (let i = 0; i < 3; i += 1) {
    await expect(withTransaction(small, async () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
    await expect(withTransaction(small, (tx) => tx.db.execute('nonsense'))).rejects.toThrow();
  }
  expect(await withTransaction(small, async () => 'free')).toBe('free');
  await small.close();
});

test('idle connections that the server ends neither kill the process nor fail the next call', async () => {
  const productId = await shop.product();
  await Promise.all([place(productId), place(productId), place(productId)]);
  await shop.database.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()');
  expect(await place(productId)).toMatchObject({ status: 'CREATED' });
});

test('a connection lost between two statements is noticed at the next one, and the work runs again', async () => {
  let runs = 0;
  const sum = await withTransaction(shop.database, async (tx) => {
    runs += 1;
    if (runs === 1) {
      const { rows } = await tx.db.execute<{ pid: number }>('select pg_backend_pid() as pid');
      await shop.database.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]!.pid]);
      // The server has hung up; let this side hear of it while no statement is under way.
      await new Promise((heard) => { setImmediate(() => setImmediate(heard)); });
    }
    return (await tx.db.execute<{ sum: number }>('select 1 + 1 as sum')).rows[0]!.sum;
  });
  expect([sum, runs]).toEqual([2, 2]);
});

/** A pause after which the server has ended the transaction; `deaf` if this side can't hear of it before it goes on. */
async function pause(tx: Transaction, { deaf }: { deaf: boolean }): Promise<void> {
  await tx.db.execute(`set local idle_in_transaction_session_timeout = '100ms'`);
  if (deaf) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  else await sleep(300);
}

describe.each([
  ['that is heard of at once', { deaf: false }],
  ['that is heard of with the next statement', { deaf: true }],
])('work that pauses for longer than a transaction may stand still, %s', (_, { deaf }) => {
  test.each([
    ['before a statement', async (tx: Transaction) => tx.db.execute('select 1')],
    ['before COMMIT', async () => {}],
  ])('%s is told so and not run again, and leaves nothing', async (__, goOn) => {
    const productId = await shop.product();
    let runs = 0;
    const work = shop.commerce.transaction(async (tx) => {
      runs += 1;
      await shop.commerce.placeOrdersIn(tx, [{ customerId: 'c', lines: [{ productId, quantity: 1 }] }]);
      await pause(tx, { deaf });
      await goOn(tx);
    });
    await expect(work).rejects.toMatchObject({ code: 'database_unavailable', message: expect.stringContaining('between two statements') });
    expect(runs).toBe(1);
    expect(await orderCount(productId)).toBe(0);
  });

  test('is not told so instead of what it throws itself', async () => {
    let runs = 0;
    const work = shop.commerce.transaction(async (tx) => {
      runs += 1;
      await pause(tx, { deaf });
      throw new Error('mine');
    });
    await expect(work).rejects.toThrow('mine');
    expect(runs).toBe(1);
  });
});

test('work whose connection broke before it failed by itself is run again, for it may have failed by that', async () => {
  let runs = 0;
  const work = withTransaction(shop.database, async (tx) => {
    runs += 1;
    if (runs > 1) return 'through';
    const { rows } = await tx.db.execute<{ pid: number }>('select pg_backend_pid() as pid');
    await shop.database.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]!.pid]);
    throw new Error('mine');
  });
  expect(await work).toBe('through');
});

test('a BEGIN that fails gives its connection back', async () => {
  const small = connect({ url: proxy.url, poolMax: 1, acquireTimeoutMs: 2_000 });
  const cuts = proxy.cuts();
  for (let turn = 1; turn <= 3; turn += 1) {
    proxy.cutAt({ when: /begin\0/, deliver: turn === 2 });
    expect(await withTransaction(small, async () => turn)).toBe(turn);
    expect(proxy.cuts()).toBe(cuts + turn);
  }
  expect([small.writers.totalCount, small.writers.idleCount]).toEqual([1, 1]);
  await small.close();
});

test('a server that is not there answers database_unavailable', async () => {
  const nowhere = connect({ url: 'postgres://nobody@127.0.0.1:1/none' });
  const away = createCommerce({ database: nowhere });
  expect(await codeOf(away.placeOrder({ customerId: 'c', lines: [{ productId: crypto.randomUUID(), quantity: 1 }] }))).toBe('database_unavailable');
  expect(await codeOf(away.listOrders())).toBe('database_unavailable');
  expect(await codeOf(away.doctor())).toBe('database_unavailable');
  await nowhere.close();
});

async function delayCommits(statement: string): Promise<void> {
  await shop.database.pool.query(`
    create function commerce.at_commit() returns trigger language plpgsql as $$ begin ${statement}; return null; end $$;
    create constraint trigger at_commit after insert on commerce.orders
      deferrable initially deferred for each row execute function commerce.at_commit()`);
}

async function dropDelay(): Promise<void> {
  await shop.database.pool.query('drop function commerce.at_commit() cascade');
}
