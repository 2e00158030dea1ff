import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFaultInjectingProxy, type FaultInjectingProxy } from './testing/fault-injecting-proxy.ts';
import { connectForTest, createItemsDatabase, insertItems, type ItemsDatabase } from './testing/items-database.ts';
import type { Transaction } from './transaction.ts';
import { withTransaction } from './with-transaction.ts';

let database: ItemsDatabase;
let proxy: FaultInjectingProxy;
beforeAll(async () => {
  database = await createItemsDatabase();
  proxy = await openFaultInjectingProxy(database.url);
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

/** Ends a transaction's connection from the server's side. */
async function terminateBackend(tx: Transaction): Promise<void> {
  const { rows } = await tx.db.execute<{ pid: number }>('select pg_backend_pid() as pid');
  await database.pool.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
}

test('after a deadlock the work runs again, until both transactions have committed', async () => {
  const [a, b] = await Promise.all([database.createItem(0), database.createItem(0)]);
  const runs: string[] = [];
  const lockBoth = (name: string, first: string, second: string, ready: () => void, other: Promise<void>) =>
    withTransaction(database, async (tx) => {
      runs.push(name);
      await tx.db.execute(`update test.items set quantity = quantity + 1 where id = '${first}'`);
      ready();
      await other;
      await tx.db.execute(`update test.items set quantity = quantity + 1 where id = '${second}'`);
    });
  const one = Promise.withResolvers<void>();
  const two = Promise.withResolvers<void>();
  await Promise.all([lockBoth('ab', a, b, one.resolve, two.promise), lockBoth('ba', b, a, two.resolve, one.promise)]);
  expect(runs.length).toBeGreaterThan(2);
  expect([await database.readQuantity(a), await database.readQuantity(b)]).toEqual([2, 2]);
});

test('a transaction with a failed statement is never reported as committed, even if the error was caught', async () => {
  const work = withTransaction(database, async (tx) => {
    await tx.db.execute('select 1/0').catch(() => {});
    return 'done';
  });
  await expect(work).rejects.toThrow('rolled back');
});

test('a transaction that fails releases its connection', async () => {
  const small = connectForTest(database.url, { poolMax: 1, acquireTimeoutMs: 2_000 });
  for (let i = 0; i < 3; i += 1) {
    await expect(withTransaction(small, async () => Promise.reject(new Error('own error')))).rejects.toThrow(
      'own error',
    );
    await expect(withTransaction(small, (tx) => tx.db.execute('nonsense'))).rejects.toThrow();
  }
  expect(await withTransaction(small, async () => 'free')).toBe('free');
  await small.close();
});

test('an idle connection that the server ends neither ends the process nor fails the next transaction', async () => {
  const query = async () => withTransaction(database, async (tx) => tx.db.execute('select pg_sleep(0.05)'));
  await Promise.all([query(), query(), query()]);
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()
      and datname = current_database()`,
  );
  expect((await query()).rowCount).toBe(1);
});

test('a connection lost between two statements makes the next statement fail, and the work runs again', async () => {
  let runs = 0;
  const sum = await withTransaction(database, async (tx) => {
    runs += 1;
    if (runs === 1) {
      await terminateBackend(tx);
      // The socket's end arrives while no statement is sent.
      await new Promise((arrived) => {
        setImmediate(() => setImmediate(arrived));
      });
    }
    return (await tx.db.execute<{ sum: number }>('select 1 + 1 as sum')).rows[0]?.sum;
  });
  expect([sum, runs]).toEqual([2, 2]);
});

/**
 * Pauses until the server has ended the transaction. With `blocksEventLoop` this process can't notice before it goes
 * on.
 */
async function pause(tx: Transaction, { blocksEventLoop }: { blocksEventLoop: boolean }): Promise<void> {
  await tx.db.execute(`set local idle_in_transaction_session_timeout = '100ms'`);
  if (blocksEventLoop) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  else await sleep(300);
}

describe.each([
  ['when the end is noticed at once', { blocksEventLoop: false }],
  ['when the end is noticed with the next statement', { blocksEventLoop: true }],
])('work that pauses for longer than a transaction may be idle, %s,', (_, how) => {
  test.each([
    ['before a statement', async (tx: Transaction) => tx.db.execute('select 1')],
    ['before COMMIT', async () => {}],
  ])('rejects with database_unavailable and does not run again: %s', async (__, goOn) => {
    const id = crypto.randomUUID();
    let runs = 0;
    const work = withTransaction(
      database,
      async (tx) => {
        runs += 1;
        insertItems(tx, [{ id, quantity: 1 }]);
        await pause(tx, how);
        await goOn(tx);
      },
      { mode: 'caller' },
    );
    await expect(work).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining('between two statements'),
    });
    expect(runs).toBe(1);
    expect(await database.readQuantity(id)).toBeUndefined();
  });

  test('rejects with its own error when it throws one', async () => {
    let runs = 0;
    const work = withTransaction(database, async (tx) => {
      runs += 1;
      await pause(tx, how);
      throw new Error('own error');
    });
    await expect(work).rejects.toThrow('own error');
    expect(runs).toBe(1);
  });
});

describe('work that throws after its connection broke', () => {
  const runWith = async (isFinal: (error: unknown) => boolean) => {
    let runs = 0;
    return withTransaction(
      database,
      async (tx) => {
        runs += 1;
        if (runs > 1) return 'second run';
        await terminateBackend(tx);
        throw new Error('own error');
      },
      { isFinal },
    );
  };

  test('runs again, because the broken connection may be the cause', async () => {
    expect(await runWith(() => false)).toBe('second run');
  });

  test('rejects with its error when that is final', async () => {
    await expect(runWith((error) => error instanceof Error && error.message === 'own error')).rejects.toThrow(
      'own error',
    );
  });
});

test('a BEGIN that fails releases its connection, and the work runs again', async () => {
  const small = connectForTest(proxy.url, { poolMax: 1, acquireTimeoutMs: 2_000 });
  const cuts = proxy.cuts();
  for (let turn = 1; turn <= 3; turn += 1) {
    proxy.cutAt({ when: /begin\0/, deliver: turn === 2 });
    expect(await withTransaction(small, async () => turn)).toBe(turn);
    expect(proxy.cuts()).toBe(cuts + turn);
  }
  expect([small.writers.totalCount, small.writers.idleCount]).toEqual([1, 1]);
  await small.close();
});

test('a server that cannot be reached rejects with database_unavailable', async () => {
  const nowhere = connectForTest('postgres://nobody@127.0.0.1:1/none');
  await expect(withTransaction(nowhere, async () => {})).rejects.toMatchObject({ code: 'database_unavailable' });
  await nowhere.close();
});
