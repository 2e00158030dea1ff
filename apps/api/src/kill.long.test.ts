import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect as dial, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createCommerce, migrate, type Commerce, type Database } from '@commerce-core/core';
import { startLocalServer, type LocalServer } from '@commerce-core/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram, type Program } from './testing/program.ts';
import { until } from './testing/until.ts';

// A durable PostgreSQL of this test's own, to be killed; the API reaches it through a wire that stays where it is.
let clone: string;
let postgres: LocalServer;
let wire: { url: string; close: () => void };
let database: Database;
let commerce: Commerce;
let key: string;
let program: Program | undefined;

beforeAll(async () => {
  clone = mkdtempSync(join(tmpdir(), 'commerce-kill-'));
  // PostgreSQL's own user has to get in when this runs as root.
  chmodSync(clone, 0o755);
  postgres = await startLocalServer(clone, { stateRoot: join(clone, 'state') });
  wire = await openWire();
  database = connect({ url: wire.url });
  await migrate(database);
  commerce = createCommerce({ database });
  key = (await commerce.createApiKey({ name: 'test', scopes: ['orders'] })).key;
});
afterAll(async () => {
  program?.child.kill('SIGKILL');
  await database?.close();
  wire?.close();
  await postgres?.stop();
  rmSync(clone, { recursive: true, force: true });
});

async function openWire() {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = dial(Number(new URL(postgres.url).port), '127.0.0.1');
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', end)
        .on('close', end)
        .on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(postgres.url);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}

async function startApi(): Promise<string> {
  program = runProgram('main.ts', { DATABASE_URL: wire.url, PORT: '0' });
  return String((await program.said('listening'))['url']);
}

async function newProduct(): Promise<string> {
  const { id } = await commerce.createProduct({
    sku: randomUUID(),
    name: 'A thing',
    priceAmount: 100,
    currency: 'KRW',
  });
  await commerce.receiveStock({ productId: id, quantity: 1_000_000 });
  return id;
}

type Answer = { status: number; id?: string };

async function place(url: string, productId: string, idempotencyKey: string): Promise<Answer> {
  const response = await fetch(`${url}/trpc/order.create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, 'idempotency-key': idempotencyKey },
    body: JSON.stringify({ customerId: 'kim', lines: [{ productId, quantity: 1 }] }),
  });
  const body: any = await response.json();
  return response.status === 200 ? { status: 200, id: body.result.data.id } : { status: response.status };
}

/** Shoppers who order one after the other until told; what each key was answered, undefined where no answer came. */
function shoppers(url: () => string, productId: string, count: number) {
  const answers = new Map<string, Answer | undefined>();
  let going = true;
  const running = Promise.all(
    Array.from({ length: count }, async () => {
      while (going) {
        const idempotencyKey = randomUUID();
        answers.set(idempotencyKey, undefined);
        const answer = await place(url(), productId, idempotencyKey).catch(() => undefined);
        if (answer) answers.set(idempotencyKey, answer);
        // Whoever gets no answer or a 503 waits a moment, as Retry-After asks.
        if (answer?.status !== 200)
          await new Promise((resolve) => {
            setTimeout(resolve, 20);
          });
      }
    }),
  );
  const acknowledged = () => [...answers.values()].filter((answer) => answer?.status === 200);
  return {
    answers,
    acknowledged,
    stop: async () => {
      going = false;
      await running;
    },
  };
}

/** Sends every key again that has no order yet: afterwards there is one order a key, and the acknowledged ones are as told. */
async function settle(url: string, productId: string, answers: ReadonlyMap<string, Answer | undefined>) {
  const entries = answers.entries();
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      // The workers share one iterator: each entry is taken once.
      for (const [idempotencyKey, answer] of entries) {
        const again = await place(url, productId, idempotencyKey);
        expect(again).toEqual({ status: 200, id: answer?.status === 200 ? answer.id : again.id });
      }
    }),
  );
  const { rows } = await database.pool.query(
    'select count(*)::int as orders from commerce.order_lines where product_id = $1',
    [productId],
  );
  expect(rows).toEqual([{ orders: answers.size }]);
  expect((await commerce.getStock({ productId })).reservedQty).toBe(answers.size);
  expect(await commerce.doctor()).toEqual([]);
}

test('the API killed under load loses nothing it acknowledged, and leaves nothing half done', async () => {
  for (let round = 0; round < 2; round += 1) {
    const productId = await newProduct();
    let url = await startApi();
    const load = shoppers(() => url, productId, 16);
    await until(async () => load.acknowledged().length > 100 * (round + 1));
    program!.child.kill('SIGKILL');
    await program!.exit;
    await load.stop();
    url = await startApi();
    await settle(url, productId, load.answers);
    program!.child.kill('SIGTERM');
    expect(await program!.exit).toBe(0);
  }
});

test('PostgreSQL killed and restarted under load: 503 meanwhile, then it goes on by itself, with nothing lost', async () => {
  const productId = await newProduct();
  const url = await startApi();
  const load = shoppers(() => url, productId, 16);
  for (let round = 0; round < 2; round += 1) {
    const before = load.acknowledged().length;
    await until(async () => load.acknowledged().length > before + 200);
    process.kill(postgres.pid, 'SIGKILL');
    await postgres.lost;
    await until(async () => (await fetch(`${url}/readyz`)).status === 503);
    expect((await place(url, productId, randomUUID())).status).toBe(503);
    postgres = await startLocalServer(clone, { stateRoot: join(clone, 'state') });
    await until(async () => (await fetch(`${url}/readyz`)).status === 200);
  }
  const before = load.acknowledged().length;
  await until(async () => load.acknowledged().length > before + 200);
  await load.stop();
  const refused = [...load.answers.values()].filter((answer) => answer && answer.status !== 200);
  expect(new Set(refused.map((answer) => answer!.status))).toEqual(new Set([503]));
  await settle(url, productId, load.answers);
  program!.child.kill('SIGTERM');
  expect(await program!.exit).toBe(0);
});
