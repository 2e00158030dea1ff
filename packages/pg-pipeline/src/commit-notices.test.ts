import { afterAll, beforeAll, expect, test } from 'vitest';
import { createItemsDatabase, type ItemsDatabase } from './testing/items-database.ts';
import { withTransaction } from './with-transaction.ts';

let database: ItemsDatabase;
beforeAll(async () => {
  database = await createItemsDatabase();
});
afterAll(async () => {
  await database.drop();
});

test('the topics of a transaction are published after its commit, and not after a rollback', async () => {
  const heard: string[] = [];
  const unlisten = database.notices.listen((topic) => heard.push(topic));
  await withTransaction(database, async (tx) => {
    tx.notify('a');
    tx.notify('b');
    tx.notify('a');
    await tx.began;
    expect(heard).toEqual([]);
  });
  expect(heard).toEqual(['a', 'b']);
  const failing = withTransaction(database, async (tx) => {
    tx.notify('c');
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  unlisten();
  await withTransaction(database, async (tx) => {
    tx.notify('d');
  });
  expect(heard).toEqual(['a', 'b']);
});
