import { connect } from './connect.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createCommerce, type Commerce } from '../commerce.ts';
import { createProxiedShop } from '../testing/proxied-shop.ts';
import type { FaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';
import { errorCodeOf, type TestShop } from '../testing/test-shop.ts';
import { readCommitOutcome, sqlState } from '@commerce-core/pg-pipeline';

let shop: TestShop;
let proxy: FaultInjectingProxy;
let commerce: Commerce;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ shop, proxy, commerce, close } = await createProxiedShop());
});
afterAll(async () => close());

const orderCount = async (productId: string) =>
  (await shop.database.pool.query('select 1 from commerce.order_lines where product_id = $1', [productId])).rowCount;

const place = (productId: string) => commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });

test.each([
  ['at the lock on stock', { when: /for update/, deliver: false }],
  ['at a write', { when: /insert_orders/, deliver: true }],
  ['just before COMMIT reaches the server', { when: /commit\0/, deliver: false }],
  ['after COMMIT reached the server', { when: /commit\0/, deliver: true }],
])('a connection lost %s leaves exactly one order, and the caller is told of it', async (_, cut) => {
  const productId = await shop.createTestProduct();
  const cuts = proxy.cuts();
  proxy.cutAt(cut);
  const order = await place(productId);
  expect(proxy.cuts()).toBe(cuts + 1);
  expect(await orderCount(productId)).toBe(1);
  expect(await shop.commerce.getOrder({ orderId: order.id })).toMatchObject({ id: order.id, status: 'CREATED' });
  expect(await shop.readStock(productId)).toEqual([10, 1]);
});

test('a COMMIT whose answer is lost while the server is still committing is told as committed, once it is', async () => {
  await delayCommits(`perform pg_sleep(1)`);
  const productId = await shop.createTestProduct();
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
  const productId = await shop.createTestProduct();
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
  const productId = await shop.createTestProduct();
  const { id } = await shop.createTestOrder({ [productId]: 1 });
  expect(await readCommitOutcome(shop.database, '9223372036854775807', orderWitness(id))).toBe('committed');
});

test('an id that was handed out again after a crash does not pass for the transaction that had it before', async () => {
  // Any committed transaction stands for the one that got the id after the crash; of ours no row is there.
  const { rows } = await shop.database.pool.query('select pg_current_xact_id()::text as xid');
  expect(await readCommitOutcome(shop.database, rows[0].xid, orderWitness(crypto.randomUUID()))).toBe('aborted');
});

test('a COMMIT whose outcome can’t be read for another fault than a lost connection is asked about again, not run again', async () => {
  const impatient = connect({ url: `${proxy.url}?options=-c%20lock_timeout%3D20ms` });
  const productId = await shop.createTestProduct();
  await delayCommits('perform pg_sleep(0.3)');
  proxy.cutAt({ when: /commit\0/, deliver: true });
  const cuts = proxy.cuts();
  const placed = createCommerce({ database: impatient }).placeOrder({
    customerId: 'c',
    lines: [{ productId, quantity: 1 }],
  });
  await vi.waitFor(() => {
    expect(proxy.cuts()).toBe(cuts + 1);
  });
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
  expect(await shop.readStock(productId)).toEqual([10, 1]);
});

test('what nobody can tell is told as unknown, and what kept them from telling is not taken for the transaction’s fault', async () => {
  const { rows } = await shop.database.pool.query('select pg_current_xact_id()::text as xid');
  const unreadable = { text: 'select 1 / 0', values: [] };
  const unknown = await readCommitOutcome(shop.database, rows[0].xid, unreadable, 200).catch((error: unknown) => error);
  expect(unknown).toMatchObject({ code: 'outcome_unknown' });
  expect(sqlState(unknown)).toBeUndefined();
  expect(
    await errorCodeOf(readCommitOutcome(shop.database, '9223372036854775807', orderWitness(crypto.randomUUID()), 200)),
  ).toBe('outcome_unknown');
});

const orderWitness = (id: string) => ({ text: 'select 1 from commerce.orders where id = $1', values: [id] });

async function delayCommits(statement: string): Promise<void> {
  await shop.database.pool.query(`
    create function commerce.at_commit() returns trigger language plpgsql as $$ begin ${statement}; return null; end $$;
    create constraint trigger at_commit after insert on commerce.orders
      deferrable initially deferred for each row execute function commerce.at_commit()`);
}

async function dropDelay(): Promise<void> {
  await shop.database.pool.query('drop function commerce.at_commit() cascade');
}
