import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openTestDatabase } from './testing/index.ts';

const repository = join(import.meta.dirname, '../../..');

/** Runs a program of this package's examples; returns what it prints. */
async function runExample(file: string, DATABASE_URL: string): Promise<string> {
  const path = join(import.meta.dirname, '../examples', file);
  const { stdout } = await promisify(execFile)(process.execPath, [path], { env: { ...process.env, DATABASE_URL } });
  return stdout;
}

test('the example places an order and writes its own row in one transaction, each time it runs', async () => {
  const database = await openTestDatabase();
  expect(await runExample('one-transaction.ts', database.url)).toMatch(/availableQty: 5,\s+reservedQty: 2,/);
  expect(await runExample('one-transaction.ts', database.url)).toMatch(/availableQty: 10,\s+reservedQty: 4,/);
  const { rows } = await database.pool.query(
    'select c.id, o.status from carts c join commerce.orders o on o.id = c.order_id order by c.id',
  );
  expect(rows).toEqual([1, 2].map((id) => ({ id, status: 'CREATED' })));
  await database.drop();
});

test('the example of an own gateway is paid by its webhook, captured and refunded', async () => {
  const database = await openTestDatabase();
  const stdout = await runExample('own-gateway.ts', database.url);
  expect(stdout).toMatch(
    /^pay at https:\/\/pay\.acme\.example\/\S+\nwebhook: order_paid\npayment CAPTURED, refund SUCCEEDED\n$/,
  );
  const { rows } = await database.pool.query('select status from commerce.orders');
  expect(rows).toEqual([{ status: 'PAID' }]);
  await database.drop();
});

test.each(['packages/core/examples/one-transaction.ts', 'packages/client/examples/place-an-order.ts'])(
  'docs/programs.md shows %s as it is',
  (file) => {
    const page = readFileSync(join(repository, 'docs/programs.md'), 'utf8');
    expect(page).toContain(readFileSync(join(repository, file), 'utf8').trim());
  },
);
