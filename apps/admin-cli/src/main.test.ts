import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { runCommerce, useShop } from './shop.testing.ts';
import { standBefore } from './stand-before.testing.ts';

const shop = useShop();

test('without a shop the message says how to get one', async () => {
  const ran = await runCommerce(tmpdir(), ['products', 'list']);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toMatch(/^error: No shop found.*npm start.*COMMERCE_URL/);
});

test('without a key the message says which variable takes it', async () => {
  const ran = await runCommerce(tmpdir(), ['products', 'list'], { COMMERCE_URL: shop.api.url });
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toContain('COMMERCE_API_KEY');
});

test('the environment is enough, from any folder', async () => {
  const env = { COMMERCE_URL: shop.api.url, COMMERCE_API_KEY: await shop.api.createApiKey() };
  expect(await runCommerce(tmpdir(), ['doctor'], env)).toMatchObject({ code: 0, err: '' });
});

test('a shop that does not answer is named, with what to do', async () => {
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

test('something else at the address is told from a shop', async () => {
  const server = createServer((_, response) => response.end('<html>hello</html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const env = { COMMERCE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, COMMERCE_API_KEY: 'ck_x' };
  const ran = await runCommerce(tmpdir(), ['orders', 'list'], env);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain('is not the shop');
});

test('a wrong key is called that, with where it came from and without showing it', async () => {
  const wrong = await runCommerce(shop.folder, ['orders', 'list'], { COMMERCE_API_KEY: 'ck_wrong' });
  expect(wrong).toMatchObject({ code: 1, out: '' });
  expect(wrong.err).toMatch(/does not know the API key from COMMERCE_API_KEY/);
  expect(wrong.err).not.toContain('ck_wrong');
});

test('a key without the scope is told which one it lacks', async () => {
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

test('help is no failure', async () => {
  expect(await shop.run('--help')).toMatchObject({ code: 0, err: '' });
  expect(await shop.run('orders', 'create', '--help')).toMatchObject({ code: 0, err: '' });
});

test('what goes into a pipe has no colours and one row a line', async () => {
  const sku = 'A-RATHER-LONG-STOCK-CODE-THAT-NO-SCREEN-OF-EIGHTY-COLUMNS-HAS-ROOM-FOR';
  await shop.json('products', 'create', sku, 'x'.repeat(200), '1', 'GBP');
  const { out } = await shop.run('products', 'list', '--sku', sku);
  expect(out).not.toContain('\u001b');
  expect(out.trimEnd().split('\n')).toHaveLength(2);
  expect(out).toContain('x'.repeat(200));
});

test('a shop without room, or a proxy before one that is down, is told from a refusal', async () => {
  const url = await standBefore(shop.api.url, () => 'busy');
  const ran = await runCommerce(tmpdir(), ['orders', 'list'], await shop.through(url));
  expect(ran).toMatchObject({ code: 1, out: '' });
  expect(ran.err).toContain('no room');
});
