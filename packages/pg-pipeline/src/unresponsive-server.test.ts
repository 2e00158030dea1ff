import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { readCommitOutcome } from './commit-outcome.ts';
import type { Database } from './connect.ts';
import { openFaultInjectingProxy, type FaultInjectingProxy } from './testing/fault-injecting-proxy.ts';
import { connectForTest, createItemsDatabase, type ItemsDatabase } from './testing/items-database.ts';
import { withTransaction } from './with-transaction.ts';

// A server that vanished: its connections stay open, and no answer arrives on them.

let items: ItemsDatabase;
beforeAll(async () => {
  items = await createItemsDatabase();
});
afterAll(() => items.drop());

let proxy: FaultInjectingProxy;
let database: Database;
beforeEach(async () => {
  proxy = await openFaultInjectingProxy(items.url);
  database = connectForTest(proxy.url, { answerTimeoutMs: 400 });
});
afterEach(async () => {
  await database.close();
  await proxy.close();
});

test('a commit outcome is found although one pooled connection after the other is dead', async () => {
  const patient = connectForTest(proxy.url);
  await Promise.all([patient.pool.query('select pg_sleep(0.05)'), patient.pool.query('select pg_sleep(0.05)')]);
  const { rows } = await items.pool.query('select pg_current_xact_id()::text as xid');
  proxy.silence();
  expect(await readCommitOutcome(patient, rows[0].xid)).toBe('committed');
  await patient.close();
});

test('answerTimeoutMs also limits Drizzle’s statements and the rollback', async () => {
  let runs = 0;
  const sum = await withTransaction(database, async (tx) => {
    runs += 1;
    await tx.began;
    if (runs === 1) proxy.silence();
    return (await tx.db.execute<{ sum: number }>('select 1 + 1 as sum')).rows[0]?.sum;
  });
  expect([sum, runs]).toEqual([2, 2]);
  runs = 0;
  const failing = withTransaction(database, async (tx) => {
    runs += 1;
    await tx.began;
    if (runs === 1) proxy.silence();
    throw new Error('own error');
  });
  await expect(failing).rejects.toThrow('own error');
});

test('a connection that answers in time is kept, even when the answer is an error', async () => {
  const single = connectForTest(items.url, { poolMax: 1, answerTimeoutMs: 300 });
  const readPid = async () => (await single.writers.query('select pg_backend_pid() as pid')).rows[0].pid;
  const before = await readPid();
  await withTransaction(single, async (tx) => tx.began);
  await expect(
    withTransaction(single, async (tx) => tx.query({ name: 'failing_in_time', text: 'select 1 / 0' }, [])),
  ).rejects.toThrow('division by zero');
  await sleep(600);
  expect(await readPid()).toBe(before);
  await single.close();
});

test('every connection has TCP keep-alive after 10 s', async () => {
  const setKeepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive');
  try {
    const other = connectForTest(items.url);
    await Promise.all([other.pool.query('select 1'), other.writers.query('select 1')]);
    expect(setKeepAlive.mock.calls).toEqual([
      [true, 10_000],
      [true, 10_000],
    ]);
    await other.close();
  } finally {
    setKeepAlive.mockRestore();
  }
});
