import { randomUUID } from 'node:crypto';
import { createCommerce, type Commerce } from '@commerce-core/core';
import { openTestDatabase, type TestDatabase } from '@commerce-core/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram, type Program } from '../testing/program.ts';
import { until } from '../testing/until.ts';

const rows = 30_000;

let database: TestDatabase;
let commerce: Commerce;
let key: string;
let program: Program;
beforeAll(async () => {
  database = await openTestDatabase();
  commerce = createCommerce({ database });
  key = (await commerce.createApiKey({ name: 'test', scopes: ['catalog', 'stock', 'orders'] })).key;
});
afterAll(async () => {
  program?.child.kill('SIGKILL');
  await program?.exit;
  await database?.drop();
});

async function startApi(): Promise<string> {
  program = runProgram('main.js', { DATABASE_URL: `${database.url}?application_name=killed`, PORT: '0' });
  return String((await program.said('listening'))['url']);
}

/** Waits until PostgreSQL has ended what the program was doing: a server that is killed may leave a COMMIT behind. */
const untilNothingRuns = async () => until(async () => (await backends()) === 0);
const backends = async (): Promise<number> => {
  const { rows: found } = await database.pool.query(
    `select count(*)::int as backends from pg_stat_activity where application_name = 'killed'`,
  );
  return found[0].backends;
};

const send = async (url: string, path: string, body: string) =>
  fetch(`${url}/api/v1/import/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv' },
    body,
  });

const eventsOf = async (prefix: string, type: string): Promise<{ events: number; products: number }> => {
  const { rows: found } = await database.pool.query(
    `select count(*)::int as events, count(distinct aggregateid)::int as products from commerce.events
      join commerce.products p on p.id = aggregateid where sku like $1 and type = $2`,
    [`${prefix}-%`, type],
  );
  return found[0];
};

// A server that stops says that the file is to be sent again.
const answers = {
  SIGKILL: { status: 0 },
  SIGTERM: { status: 503, body: { error: { code: 'overloaded' } } },
};

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'an import whose server gets a %s in the middle is finished by the same file, and nothing is done twice',
  async (signal) => {
    const prefix = randomUUID().slice(0, 8);
    const lines = (cells: string) => Array.from({ length: rows }, (_, n) => `${prefix}-${n},${cells}\n`).join('');
    const files = [
      ['products.csv', 'product.created', `sku,name,priceAmount,currency\n${lines('Lamp,1,EUR')}`],
      ['stock.csv', 'stock.adjusted', `sku,countedQty\n${lines('7')}`],
    ] as const;
    for (const [path, type, file] of files) {
      const cut = send(await startApi(), path, file).then(
        async (response) => ({ status: response.status, body: (await response.json()) as object }),
        () => ({ status: 0, body: {} }),
      );
      await until(async () => (await eventsOf(prefix, type)).events > 2_000, 120_000);
      expect(await backends()).toBeGreaterThan(0);
      program.child.kill(signal);
      await program.exit;
      await untilNothingRuns();
      expect(await cut).toMatchObject(answers[signal]);
      const before = await eventsOf(prefix, type);
      expect(before.events).toBeLessThan(rows);
      const url = await startApi();
      const again = await (await send(url, path, file)).json();
      const done = type === 'product.created' ? 'created' : 'updated';
      expect(again).toMatchObject({ rows, unchanged: before.events, [done]: rows - before.events, failed: 0 });
      expect(await eventsOf(prefix, type)).toEqual({ events: rows, products: rows });
      expect(await (await send(url, path, file)).json()).toMatchObject({ rows, unchanged: rows });
      program.child.kill('SIGTERM');
      expect(await program.exit).toBe(0);
    }
    expect(await commerce.doctor()).toEqual([]);
  },
  600_000,
);
