import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import { numberEvents } from './number-events.ts';

let shop: TestShop;
const open: PoolClient[] = [];
beforeEach(async () => {
  shop = await createTestShop();
});
afterEach(async () => {
  for (const client of open.splice(0)) client.release(true);
  await shop.close();
});

const number = async (max = 1_000) => numberEvents(shop.database, max);

type Position = { position: number; aggregateid: string; version: number };
const readPositions = async (): Promise<Position[]> =>
  (
    await shop.database.pool.query<Position>(
      'select position, aggregateid, version from commerce.event_positions order by position',
    )
  ).rows;

/** Opens a transaction of a stranger, which has an id and stays open. */
async function beginStranger(): Promise<PoolClient> {
  const client = await shop.database.pool.connect();
  open.push(client);
  await client.query('begin');
  await client.query('select pg_current_xact_id()');
  return client;
}

const insertEvent = async (client: Pick<PoolClient, 'query'>, aggregateid: string, version: number) =>
  client.query(
    `insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
     values ($1, 'product', $2, $3, 'product.archived', jsonb_build_object('productId', $2::uuid), now())`,
    [randomUUID(), aggregateid, version],
  );
const createProduct = async () => shop.createTestProduct({ quantity: 0 });
const raiseVersion = async (client: Pick<PoolClient, 'query'>, id: string) =>
  client.query('update commerce.products set version = version + 1 where id = $1', [id]);

test('every event gets one position, from 1 without a gap, and a second turn adds none', async () => {
  for (let count = 0; count < 5; count += 1) await shop.createTestProduct();
  expect(await number()).toBe(10);
  expect(await number()).toBe(0);
  expect((await readPositions()).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

describe('the order by transaction and id', () => {
  test('is not the order of versions, and the sequencer keeps the order of versions', async () => {
    const id = await createProduct();
    await number();
    // This transaction has an id before it waits for the product, and another one commits meanwhile.
    const early = await beginStranger();
    const late = await beginStranger();
    await raiseVersion(late, id);
    await insertEvent(late, id, 2);
    await late.query('commit');
    await raiseVersion(early, id);
    await insertEvent(early, id, 3);
    await early.query('commit');
    const { rows } = await shop.database.pool.query<{ version: number }>(
      'select version from commerce.events where aggregateid = $1 order by xid, id',
      [id],
    );
    expect(rows.map(({ version }) => version)).toEqual([1, 3, 2]);
    await number();
    expect((await readPositions()).map(({ version }) => version)).toEqual([1, 2, 3]);
  });
});

describe('an open transaction of a stranger', () => {
  test('stops every reader that waits for the oldest running transaction', async () => {
    await beginStranger();
    await createProduct();
    const { rows } = await shop.database.pool.query(
      'select 1 from commerce.events where xid < pg_snapshot_xmin(pg_current_snapshot())',
    );
    expect(rows).toEqual([]);
  });

  test('delays no position of others, and its own events come when it commits', async () => {
    const id = await createProduct();
    await number();
    const stranger = await beginStranger();
    await raiseVersion(stranger, id);
    await insertEvent(stranger, id, 2);
    const other = await createProduct();
    expect(await number()).toBe(1);
    await stranger.query('commit');
    expect(await number()).toBe(1);
    expect((await readPositions()).map(({ aggregateid, version }) => [aggregateid, version])).toEqual([
      [id, 1],
      [other, 1],
      [id, 2],
    ]);
  });

  test('that was open at several turns loses nothing', async () => {
    await number();
    const strangers = [];
    for (let count = 0; count < 4; count += 1) {
      const id = await createProduct();
      const client = await beginStranger();
      await raiseVersion(client, id);
      await insertEvent(client, id, 2);
      strangers.push(client);
      await number();
    }
    for (const client of strangers.toReversed()) {
      await client.query('commit');
      expect(await number()).toBe(1);
    }
    expect(await readPositions()).toHaveLength(8);
  });

  test('that rolls back is skipped, and nothing waits for it', async () => {
    await number();
    const stranger = await beginStranger();
    await insertEvent(stranger, randomUUID(), 1);
    await number();
    await stranger.query('rollback');
    await createProduct();
    expect(await number()).toBe(1);
  });
});

describe('a backlog', () => {
  test.each([1, 2, 3, 7, 100])('is numbered in parts of %i events, in the order of versions', async (max) => {
    await number();
    const id = await createProduct();
    const early = await beginStranger();
    for (let version = 2; version <= 6; version += 1) {
      const client = await beginStranger();
      await raiseVersion(client, id);
      await insertEvent(client, id, version);
      await client.query('commit');
      await createProduct();
    }
    await raiseVersion(early, id);
    await insertEvent(early, id, 7);
    await early.query('commit');
    expect(await number(max)).toBe(12);
    const positions = await readPositions();
    expect(positions.map(({ position }) => position)).toEqual(positions.map((_, index) => index + 1));
    const versions = positions.flatMap(({ aggregateid, version }) => (aggregateid === id ? [version] : []));
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('that grows while it is scanned is numbered to its end', async () => {
    await number();
    const stranger = await beginStranger();
    const id = await createProduct();
    for (let count = 0; count < 20; count += 1) await createProduct();
    const numbering = number(2);
    for (let count = 0; count < 20; count += 1) await createProduct();
    await raiseVersion(stranger, id);
    await insertEvent(stranger, id, 2);
    await stranger.query('commit');
    await numbering;
    await number(2);
    expect(await readPositions()).toHaveLength(42);
  });
});

test('several sequencers at once give each event one position', async () => {
  const numbering: Promise<unknown>[] = [];
  for (let count = 0; count < 30; count += 1) {
    await createProduct();
    for (let sequencer = 0; sequencer < 3; sequencer += 1) numbering.push(number(5));
  }
  await Promise.all(numbering);
  await number(5);
  const positions = await readPositions();
  expect(positions.map(({ position }) => position)).toEqual(positions.map((_, index) => index + 1));
  expect(positions).toHaveLength(30);
});

describe('an epoch', () => {
  const readEpochs = async () =>
    (
      await shop.database.pool.query<{ epoch: number; firstPosition: number }>(
        'select epoch, first_position as "firstPosition" from commerce.event_epochs order by epoch',
      )
    ).rows;
  const change = async (set: string) => shop.database.pool.query(`update commerce.event_epochs set ${set}`);

  test.each([
    ['the timeline changes, as after a promotion', `timeline = '0000000F'`],
    ['the server is another one', `system_identifier = '1'`],
    ['the database is another one', 'database_oid = 1'],
    ['the table was created again', 'table_oid = 1'],
  ])('begins when %s, and the positions go on', async (_, set) => {
    await createProduct();
    await number();
    expect(await readEpochs()).toEqual([{ epoch: 1, firstPosition: 1 }]);
    await change(set);
    await createProduct();
    expect(await number()).toBe(1);
    expect(await readEpochs()).toEqual([
      { epoch: 1, firstPosition: 1 },
      { epoch: 2, firstPosition: 2 },
    ]);
    await createProduct();
    expect(await number()).toBe(1);
    expect(await readPositions()).toHaveLength(3);
  });

  test('finds events without a position among transactions of a server that counted further', async () => {
    for (let count = 0; count < 4; count += 1) await createProduct();
    await number();
    for (let count = 0; count < 4; count += 1) await createProduct();
    // A restored log has ids of transactions that this server has not reached yet, or has used otherwise. As a replica
    // does, this session skips the trigger that refuses the change.
    const client = await shop.database.pool.connect();
    await client.query('set session_replication_role = replica');
    await client.query(
      `update commerce.events e
        set xid = (greatest(3, xid::text::bigint + case when n % 2 = 0 then 1000000 else -500 end)::text)::xid8
      from (select id, row_number() over (order by id) as n from commerce.events) numbered where numbered.id = e.id`,
    );
    client.release(true);
    await change(`system_identifier = '1'`);
    await number(3);
    await createProduct();
    expect(await number(3)).toBe(1);
    expect(await readPositions()).toHaveLength(9);
  });
});
