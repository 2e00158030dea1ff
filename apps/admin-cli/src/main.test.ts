import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommerce, startCommerce } from './testing/run-commerce.ts';
import { useShop } from './testing/shop.ts';
import { openFaultInjectingProxy } from './testing/fault-injecting-proxy.ts';

const shop = useShop();

test('without a shop the message names the ways to get one', async () => {
  const ran = await startCommerce(tmpdir(), ['products', 'list']);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toMatch(/^error: No shop found.*npm start.*COMMERCE_URL/);
});

test('without a key the message names its variable', async () => {
  const ran = await runCommerce(tmpdir(), ['products', 'list'], { COMMERCE_URL: shop.api.url });
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toContain('COMMERCE_API_KEY');
});

test('the environment is enough in any folder', async () => {
  const env = { COMMERCE_URL: shop.api.url, COMMERCE_API_KEY: await shop.api.createApiKey() };
  expect(await startCommerce(tmpdir(), ['doctor'], env)).toMatchObject({ code: 0, err: '' });
});

test('a process finds the shop above its folder and prints notes to standard error', async () => {
  for (const name of ['one', 'two']) await shop.json('products', 'create', `SKU-${randomUUID()}`, name, '1', 'GBP');
  const below = join(shop.folder, 'some', 'folder');
  await mkdir(below, { recursive: true });
  const ran = await startCommerce(below, ['products', 'list', '--limit', '1']);
  expect(ran.code).toBe(0);
  expect(ran.out.split('\n')).toHaveLength(3);
  expect(ran.err).toMatch(/^There are more: use --all, or --cursor \S+\n$/);
});

test('a shop that does not answer is named with a way out', async () => {
  const server = createServer();
  const url = await new Promise<string>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
  await new Promise((resolve) => server.close(resolve));
  const ran = await runCommerce(tmpdir(), ['orders', 'list'], { COMMERCE_URL: url, COMMERCE_API_KEY: 'ck_x' });
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toBe(
    `error: No answer from ${url}: nothing listens there. Is the shop running? \`npm start\` starts it.\n`,
  );
});

test('a server that is not a shop is recognised', async () => {
  const server = createServer((_, response) => response.end('<html>hello</html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const env = { COMMERCE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, COMMERCE_API_KEY: 'ck_x' };
  const ran = await runCommerce(tmpdir(), ['orders', 'list'], env);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain('is not the shop');
});

test('a wrong key is reported with its source and without its text', async () => {
  const wrong = await startCommerce(shop.folder, ['orders', 'list'], { COMMERCE_API_KEY: 'ck_wrong' });
  expect(wrong).toMatchObject({ code: 1, out: '' });
  expect(wrong.err).toMatch(/does not know the API key from COMMERCE_API_KEY/);
  expect(wrong.err).not.toContain('ck_wrong');
});

test('a key without the needed scope gets the name of that scope', async () => {
  const env = { COMMERCE_API_KEY: await shop.api.createApiKey('stock') };
  const ran = await runCommerce(shop.folder, ['orders', 'list'], env);
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toMatch(/may not do that .*orders/);
});

test.each([
  [['nonsense']],
  [[]],
  [['products']],
  [['products', 'lst']],
  [['products', 'create', 'SKU']],
  [['products', 'list', '--limit', '0']],
  [['products', 'list', '--limit', 'many']],
  [['orders', 'list', '--status', 'LOST']],
  [['orders', 'create', 'MUG', '--customer', 'ana']],
  [['orders', 'create', 'MUG=0', '--customer', 'ana']],
  [['orders', 'create', 'MUG=1']],
  [['stock', 'set', 'MUG', '3']],
  [['keys', 'create', 'x', '--scopes', 'all']],
  [['token', 'ana', '--expires', 'soon']],
  [['replay']],
  [['replay', 'x.csv', '--scarcity', '2']],
])('a wrong call ends with 2 and says so on standard error: %j', async (args) => {
  const ran = await shop.run(...args);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toMatch(/error:|Usage:/);
});

test('--help exits 0', async () => {
  expect(await shop.run('--help')).toMatchObject({ code: 0, err: '' });
  expect(await shop.run('orders', 'create', '--help')).toMatchObject({ code: 0, err: '' });
});

test('output into a pipe has no colours and one line per row', async () => {
  const sku = 'A-RATHER-LONG-STOCK-CODE-THAT-NO-SCREEN-OF-EIGHTY-COLUMNS-HAS-ROOM-FOR';
  await shop.json('products', 'create', sku, 'x'.repeat(200), '1', 'GBP');
  const { out } = await startCommerce(shop.folder, ['products', 'list', '--sku', sku]);
  expect(out).not.toContain('\u001b');
  expect(out.trimEnd().split('\n')).toHaveLength(2);
  expect(out).toContain('x'.repeat(200));
});

test('a busy shop, and a proxy of a shop that is down, are not reported as refusals', async () => {
  const url = await openFaultInjectingProxy(shop.api.url, () => 'busy');
  const ran = await runCommerce(tmpdir(), ['orders', 'list'], await shop.through(url));
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toContain('no room');
});
