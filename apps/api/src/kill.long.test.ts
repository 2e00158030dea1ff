import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createCommerce, migrate, type Commerce, type Database } from '@commerce-core/core';
import { startLocalServer, type LocalServer } from '@commerce-core/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFaultInjectingProxy, type FaultInjectingProxy } from './testing/fault-injecting-proxy.ts';
import { present } from './testing/present.ts';
import { runProgram, type Program } from './testing/program.ts';
import { placeOrder, resendAndCheck, startShoppers } from './testing/shoppers.ts';
import { until } from './testing/until.ts';

// The test kills a durable PostgreSQL of its own. The proxy keeps one address when PostgreSQL restarts on another port.
let clone: string;
let postgres: LocalServer;
let proxy: FaultInjectingProxy;
let database: Database;
let commerce: Commerce;
let key: string;
let program: Program | undefined;

beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), 'commerce-kill-'));
  // When this test runs as root, PostgreSQL runs as another user and has to read this folder.
  chmodSync(clone, 0o755);
  postgres = await startLocalServer(clone, { stateRoot: join(clone, 'state') });
  proxy = await openFaultInjectingProxy(() => postgres.url);
  database = connect({ url: proxy.url });
  await migrate(database);
  commerce = createCommerce({ database });
  key = (await commerce.createApiKey({ name: 'test', scopes: ['orders'] })).key;
});
afterAll(async () => {
  program?.child.kill('SIGKILL');
  await database?.close();
  await proxy?.close();
  await postgres?.stop();
  rmSync(clone, { recursive: true, force: true });
});

async function startApi(): Promise<string> {
  program = runProgram('main.js', { DATABASE_URL: proxy.url, PORT: '0' });
  return String((await program.said('listening'))['url']);
}

async function createProduct(): Promise<string> {
  const { id } = await commerce.createProduct({
    sku: randomUUID(),
    name: 'A thing',
    priceAmount: 100,
    currency: 'KRW',
  });
  await commerce.receiveStock({ productId: id, quantity: 1_000_000 });
  return id;
}

test('the API killed under load loses no acknowledged order and leaves none half done', async () => {
  for (let round = 0; round < 2; round += 1) {
    const productId = await createProduct();
    let url = await startApi();
    const load = startShoppers({ url: () => url, key, productId, count: 16 });
    await until(async () => load.acknowledged().length > 100 * (round + 1));
    present(program).child.kill('SIGKILL');
    await present(program).exit;
    await load.stop();
    url = await startApi();
    await resendAndCheck({ url, key, productId, responses: load.responses, commerce, database });
    present(program).child.kill('SIGTERM');
    expect(await present(program).exit).toBe(0);
  }
});

test('while PostgreSQL is down the API returns 503; after its restart nothing is lost', async () => {
  const productId = await createProduct();
  const url = await startApi();
  const load = startShoppers({ url: () => url, key, productId, count: 16 });
  for (let round = 0; round < 2; round += 1) {
    const before = load.acknowledged().length;
    await until(async () => load.acknowledged().length > before + 200);
    process.kill(postgres.pid, 'SIGKILL');
    await postgres.lost;
    await until(async () => (await fetch(`${url}/readyz`)).status === 503);
    expect((await placeOrder({ url, key, productId }, randomUUID())).status).toBe(503);
    postgres = await startLocalServer(clone, { stateRoot: join(clone, 'state') });
    await until(async () => (await fetch(`${url}/readyz`)).status === 200);
  }
  const before = load.acknowledged().length;
  await until(async () => load.acknowledged().length > before + 200);
  await load.stop();
  const refused = [...load.responses.values()].filter((response) => response !== undefined && response.status !== 200);
  expect(new Set(refused.map((response) => response?.status))).toEqual(new Set([503]));
  await resendAndCheck({ url, key, productId, responses: load.responses, commerce, database });
  present(program).child.kill('SIGTERM');
  expect(await present(program).exit).toBe(0);
});
