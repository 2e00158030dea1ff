import { randomUUID } from 'node:crypto';
import { connect, createCommerce, migrate, type Database } from '@commerce-core/core';
import { startServerPair, type ServerPair } from '@commerce-core/postgres';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pgBouncerVersion, startPgBouncer } from './testing/programs/pgbouncer.ts';
import { runProgram, type Program } from './testing/program.ts';
import { placeOrder, resendAndCheck, startShoppers } from './testing/shoppers.ts';
import { until } from './testing/until.ts';

// The API as a program, under load, on a primary with a synchronous standby. The primary is killed, the standby is
// promoted, and the old primary is started again as an impostor: it still claims to be the primary, and takes writes.

let pair: ServerPair;
let program: Program | undefined;
let key: string;
let productId: string;
beforeEach(async () => {
  pair = await startServerPair();
  const database = connect({ url: pair.primary.url });
  await migrate(database);
  const commerce = createCommerce({ database });
  key = (await commerce.createApiKey({ name: 'test', scopes: ['orders'] })).key;
  const product = { sku: randomUUID(), name: 'A thing', priceAmount: 100, currency: 'KRW' };
  productId = (await commerce.createProduct(product)).id;
  await commerce.receiveStock({ productId, quantity: 1_000_000 });
  await database.close();
});
afterEach(async () => {
  program?.child.kill('SIGKILL');
  await program?.exit;
  await pair?.stop();
});

const joined = (one: string, other: string) => one.replace(new URL(one).host, `$&,${new URL(other).host}`);

/** Returns how long after the promotion the first order was placed, in milliseconds. */
async function failOver(env: Record<string, string>): Promise<number> {
  program = runProgram('main.js', { PORT: '0', ...env });
  const url = String((await program.said('listening'))['url']);
  const load = startShoppers({ url: () => url, key, productId, count: 16 });
  const ready = async () => (await fetch(`${url}/readyz`)).status;
  await until(() => load.acknowledged().length > 300);

  await pair.primary.kill();
  await until(async () => (await ready()) === 503);
  const refused = await placeOrder({ url, key, productId }, randomUUID());
  expect(refused.status).toBe(503);
  await pair.promote();
  const promotedAt = performance.now();
  const before = load.acknowledged().length;
  await until(() => load.acknowledged().length > before);
  const writesAfterMs = performance.now() - promotedAt;

  await pair.primary.start({ synchronous_standby_names: '' });
  const count = 'select count(*)::int as orders from commerce.orders';
  const [impostor] = await pair.primary.query(count);
  await until(() => load.acknowledged().length > before + 300);
  expect(await ready()).toBe(200);
  await load.stop();
  expect(await pair.primary.query(count)).toEqual([impostor]);
  const statuses = new Set([...load.responses.values()].map((response) => response?.status));
  expect([...statuses].filter((status) => status !== undefined && status !== 503)).toEqual([200]);

  const database = connect({ url: pair.standby.url });
  const commerce = createCommerce({ database });
  await resendAndCheck({ url, key, productId, responses: load.responses, commerce, database });
  await checkPositions(database);
  await database.close();
  return writesAfterMs;
}

/** Checks that every event got one position, in version order, and that the promotion began an epoch. */
async function checkPositions(database: Database): Promise<void> {
  const rowsOf = async (text: string) => (await database.pool.query(text)).rows;
  const unnumbered = `select count(*)::int as events from commerce.events e
    where not exists (select from commerce.event_positions p where p.event_id = e.id)`;
  await until(async () => (await rowsOf(unnumbered))[0].events === 0);
  const epochs = await rowsOf('select timeline from commerce.event_epochs order by epoch');
  expect(epochs.map(({ timeline }) => Number.parseInt(timeline, 16))).toEqual([1, 2]);
  const inOrder = `select aggregateid from (
    select aggregateid, version, lag(version, 1, 0) over (partition by aggregateid order by position) as last
    from commerce.event_positions) p where version <> last + 1`;
  expect(await rowsOf(inOrder)).toEqual([]);
}

test('after a fail-over the API writes to the new primary within 1 s, and no acknowledged order is lost', async () => {
  const env = { DATABASE_URL: joined(pair.primary.url, pair.standby.url) };
  expect(await failOver(env)).toBeLessThan(1_000);
});

const whyNot = 'no PgBouncer is installed (Debian: apt-get install pgbouncer)';
if (pgBouncerVersion === undefined) console.warn(`SKIPPED: the tests behind PgBouncer, because ${whyNot}`);

describe.skipIf(pgBouncerVersion === undefined)('behind PgBouncer in transaction mode', () => {
  const before121 = Number(pgBouncerVersion?.split('.')[1]) < 21;

  test('a fail-over loses nothing, either', async () => {
    const [one, other] = [await startPgBouncer(pair.primary.url), await startPgBouncer(pair.standby.url)];
    try {
      const env = { DATABASE_URL: joined(one.url, other.url), DATABASE_PREPARED_STATEMENTS: 'off' };
      expect(await failOver(env)).toBeLessThan(1_000);
    } finally {
      await one.stop();
      await other.stop();
    }
  });

  test.skipIf(!before121)('the API refuses to start with prepared statements that a pooler loses', async () => {
    const pooler = await startPgBouncer(pair.primary.url);
    program = runProgram('main.js', { PORT: '0', DATABASE_URL: pooler.url });
    expect(await program.exit).toBe(1);
    expect(program.stderr()).toMatch(
      /can't be used: a pooler loses prepared statements.*; set DATABASE_PREPARED_STATEMENTS=off, or use PgBouncer 1.21 or later\n$/,
    );
    await pooler.stop();
  });
});
