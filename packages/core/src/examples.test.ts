import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openTestDatabase } from './testing/index.ts';

const repository = join(import.meta.dirname, '../../..');
const example = join(import.meta.dirname, '../examples/one-transaction.ts');

test('the example one-transaction.ts commits an order and a row of the embedder together', async () => {
  const database = await openTestDatabase();
  const env = { ...process.env, DATABASE_URL: database.url };
  const { stdout } = await promisify(execFile)(process.execPath, [example], { env });
  expect(stdout).toContain('reservedQty: 2');
  const { rows } = await database.pool.query(
    'select c.id, o.status from carts c join commerce.orders o on o.id = c.order_id',
  );
  expect(rows).toEqual([{ id: 'cart-1', status: 'CREATED' }]);
  await database.drop();
});

test.each(['packages/core/examples/one-transaction.ts', 'apps/api/examples/place-an-order.ts'])(
  'the README contains the current text of %s',
  (file) => {
    const readme = readFileSync(join(repository, 'README.md'), 'utf8');
    expect(readme).toContain(readFileSync(join(repository, file), 'utf8').trim());
  },
);
