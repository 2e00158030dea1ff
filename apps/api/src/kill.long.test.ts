import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createCommerce, migrate, type Commerce, type Database } from '@commerce-core/core';
import { startLocalServer, type LocalServer } from '@commerce-core/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFaultInjectingProxy, type FaultInjectingProxy } from './testing/fault-injecting-proxy.ts';
import { present } from './testing/present.ts';
import { runProgram, type Program } from './testing/program.ts';
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

type PlaceResponse = { status: number; id?: string };

async function placeOrder(url: string, productId: string, idempotencyKey: string): Promise<PlaceResponse> {
  const response = await fetch(`${url}/trpc/order.create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey },
    body: JSON.stringify({ customerId: 'kim', lines: [{ productId, quantity: 1 }] }),
  });
  const body: any = await response.json();
  return response.status === 200 ? { status: 200, id: body.result.data.id } : { status: response.status };
}

/**
 * Runs shoppers that each place one order after another until `stop`. `responses` has undefined for a lost response.
 */
function startShoppers(url: () => string, productId: string, count: number) {
  const responses = new Map<string, PlaceResponse | undefined>();
  let isRunning = true;
  const running = Promise.all(
    Array.from({ length: count }, async () => {
      while (isRunning) {
        const idempotencyKey = randomUUID();
        responses.set(idempotencyKey, undefined);
        const response = await placeOrder(url(), productId, idempotencyKey).catch(() => undefined);
        if (response) responses.set(idempotencyKey, response);
        // After a lost response or a 503 the shopper pauses, as Retry-After demands.
        if (response?.status !== 200) await sleep(20);
      }
    }),
  );
  const acknowledged = () => [...responses.values()].filter((response) => response?.status === 200);
  return {
    responses,
    acknowledged,
    stop: async () => {
      isRunning = false;
      await running;
    },
  };
}

/** Sends every key again and checks that there is one order per key, and that acknowledged orders are the same. */
async function resendAndCheck(
  url: string,
  productId: string,
  responses: ReadonlyMap<string, PlaceResponse | undefined>,
) {
  const entries = responses.entries();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      // All workers share one iterator, so each entry is sent once.
      for (const [idempotencyKey, first] of entries) {
        const again = await placeOrder(url, productId, idempotencyKey);
        expect(again).toEqual({ status: 200, id: first?.status === 200 ? first.id : again.id });
      }
    }),
  );
  const { rows } = await database.pool.query(
    'select count(*)::int as orders from commerce.order_lines where product_id = $1',
    [productId],
  );
  expect(rows).toEqual([{ orders: responses.size }]);
  expect((await commerce.getStock({ productId })).reservedQty).toBe(responses.size);
  expect(await commerce.doctor()).toEqual([]);
}

test('the API killed under load loses no acknowledged order and leaves none half done', async () => {
  for (let round = 0; round < 2; round += 1) {
    const productId = await createProduct();
    let url = await startApi();
    const load = startShoppers(() => url, productId, 16);
    await until(async () => load.acknowledged().length > 100 * (round + 1));
    present(program).child.kill('SIGKILL');
    await present(program).exit;
    await load.stop();
    url = await startApi();
    await resendAndCheck(url, productId, load.responses);
    present(program).child.kill('SIGTERM');
    expect(await present(program).exit).toBe(0);
  }
});

test('while PostgreSQL is down the API returns 503; after its restart nothing is lost', async () => {
  const productId = await createProduct();
  const url = await startApi();
  const load = startShoppers(() => url, productId, 16);
  for (let round = 0; round < 2; round += 1) {
    const before = load.acknowledged().length;
    await until(async () => load.acknowledged().length > before + 200);
    process.kill(postgres.pid, 'SIGKILL');
    await postgres.lost;
    await until(async () => (await fetch(`${url}/readyz`)).status === 503);
    expect((await placeOrder(url, productId, randomUUID())).status).toBe(503);
    postgres = await startLocalServer(clone, { stateRoot: join(clone, 'state') });
    await until(async () => (await fetch(`${url}/readyz`)).status === 200);
  }
  const before = load.acknowledged().length;
  await until(async () => load.acknowledged().length > before + 200);
  await load.stop();
  const refused = [...load.responses.values()].filter((response) => response !== undefined && response.status !== 200);
  expect(new Set(refused.map((response) => response?.status))).toEqual(new Set([503]));
  await resendAndCheck(url, productId, load.responses);
  present(program).child.kill('SIGTERM');
  expect(await present(program).exit).toBe(0);
});
