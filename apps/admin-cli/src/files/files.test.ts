import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openFaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';
import { runCommerce } from '../testing/run-commerce.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

const pathOf = (name: string) => join(shop.folder, name);
const read = async (name: string) => readFile(pathOf(name), 'utf8');
const partials = async () => (await readdir(shop.folder)).filter((name) => name.endsWith('.partial'));

async function newProducts(count: number): Promise<string> {
  const sku = `F${randomUUID().slice(0, 8)}`;
  const rows = Array.from({ length: count }, (_, n) => `${sku}-${n},"A ""quoted""\tname ${n}",100,EUR\n`);
  await writeFile(pathOf(`${sku}.csv`), `sku,name,priceAmount,currency\n${rows.join('').replaceAll('\t', ' ')}`);
  return sku;
}

test('products and counted stock are imported from files, and the same files again change nothing', async () => {
  const sku = await newProducts(3);
  const dry = await shop.run('products', 'import', pathOf(`${sku}.csv`), '--dry-run');
  expect(dry).toMatchObject({ code: 0, err: '' });
  expect(dry.out).toMatch(/rows +3\nto create +3\n/);
  expect(await shop.json('products', 'import', pathOf(`${sku}.csv`))).toMatchObject({ created: 3, errors: [] });
  expect(await shop.json('products', 'import', pathOf(`${sku}.csv`))).toMatchObject({ unchanged: 3 });
  await writeFile(pathOf('counted.csv.gz'), gzipSync(`sku,countedQty\n${sku}-0,5\n${sku}-1,6\n`));
  const counted = await shop.json('stock', 'import', pathOf('counted.csv.gz'), '--reason', 'year end');
  expect(counted).toMatchObject({ updated: 2 });
  expect((await shop.json('stock', 'movements', `${sku}-0`)).items).toMatchObject([
    { quantity: 5, reason: 'year end' },
  ]);
});

test('a file comes from standard input, in the encoding that is given', async () => {
  const sku = `F${randomUUID().slice(0, 8)}`;
  const input = `sku,name,priceAmount,currency\n${sku},Lamp,1,EUR\n`;
  const args = ['products', 'import', '-', '--encoding', 'windows-1252', '--json'];
  const ran = await runCommerce(shop.folder, args, {}, { input });
  expect(JSON.parse(ran.out)).toMatchObject({ created: 1 });
});

test('rows that failed are shown with their lines, and the exit code is 1', async () => {
  const sku = `F${randomUUID().slice(0, 8)}`;
  await writeFile(pathOf('bad.csv'), `sku,name,priceAmount,currency\n${sku},Lamp,"1,250",EUR\n${sku}-2,Lamp,1,EUR\n`);
  const ran = await shop.run('products', 'import', pathOf('bad.csv'));
  expect(ran).toMatchObject({ code: 1, err: '' });
  expect(ran.out).toMatch(
    new RegExp(`created +1\\n[^]*failed +1\\n\\nLINE +SKU[^]*\\n +2 +${sku} +priceAmount: must be a whole number`),
  );
  const { out } = await shop.run('products', 'import', pathOf('bad.csv'), '--json');
  expect(JSON.parse(out)).toMatchObject({ errors: [{ line: 2, sku }] });
});

test.each([
  ['sku,nome\nx,y\n', 1, /there is no column "nome"[^]*\(malformed_file\)\n {2}before that: 0 rows/],
  [`sku,name\nx,"y\n`, 1, /line 2, SKU x: a quotation mark is opened and never closed/],
])('the file %j is refused with its reason', async (text, code, message) => {
  await writeFile(pathOf('refused.csv'), text);
  const ran = await shop.run('products', 'import', pathOf('refused.csv'));
  expect(ran).toMatchObject({ code, out: '' });
  expect(ran.err).toMatch(message);
});

test('a long file that is refused at its beginning is refused with its reason', async () => {
  await writeFile(pathOf('long.csv'), `sku,nome\n${'x,y\n'.repeat(5_000_000)}`);
  const ran = await shop.run('products', 'import', pathOf('long.csv'));
  expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('there is no column "nome"') });
});

test('a file that is not there exits with 2, and a key without the scope with 1', async () => {
  expect(await shop.run('products', 'import', pathOf('none.csv'))).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no file'),
  });
  expect(await shop.run('products', 'import', shop.folder)).toMatchObject({ code: 2 });
  const sku = await newProducts(1);
  const env = { COMMERCE_API_KEY: await shop.api.createApiKey('stock') };
  const ran = await runCommerce(shop.folder, ['products', 'import', pathOf(`${sku}.csv`)], env);
  expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('scope catalog') });
});

test('orders and stock are exported to files and to standard output', async () => {
  const sku = await newProducts(20);
  await shop.json('products', 'import', pathOf(`${sku}.csv`));
  const printed = await shop.run('stock', 'export', '--q', sku);
  expect(printed).toMatchObject({ code: 0, err: '' });
  expect(printed.out.split('\r\n')).toHaveLength(22);
  const written = await shop.json('stock', 'export', '--q', sku, '--out', pathOf('stock.csv'));
  expect(written).toEqual({ file: pathOf('stock.csv'), format: 'csv', rows: 20 });
  expect(await read('stock.csv')).toBe(printed.out);

  await shop.json('stock', 'receive', `${sku}-0`, '5');
  const { id } = await shop.json('orders', 'create', `${sku}-0=1`, '--customer', sku);
  const out = pathOf('orders.jsonl.gz');
  const orders = await shop.run('orders', 'export', '--customer', sku, '--sort', 'oldest', '--out', out);
  expect(orders).toEqual({ code: 0, out: `${out}: 1 rows\n`, err: '' });
  const lines = gunzipSync(await readFile(out)).toString();
  expect(JSON.parse(lines)).toMatchObject({ id, customerId: sku });
  expect(await shop.run('orders', 'export', '--customer', 'none', '--format', 'jsonl')).toEqual({
    code: 0,
    out: '',
    err: '',
  });
  expect(await partials()).toEqual([]);
});

test('an export that breaks off exits with 1, and leaves the file that was there', async () => {
  const sku = await newProducts(3_000);
  await shop.json('products', 'import', pathOf(`${sku}.csv`));
  await writeFile(pathOf('kept.csv'), 'kept');
  const url = await openFaultInjectingProxy(shop.api.url, () => 'cut');
  const ran = await runCommerce(shop.folder, ['stock', 'export', '--out', pathOf('kept.csv')], await shop.through(url));
  expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/broke the export off after \d+ rows/) });
  expect(await read('kept.csv')).toBe('kept');
  expect(await partials()).toEqual([]);
});

test.each([
  [['--json'], 2, '--json says what was written'],
  [['--out', 'no/such/folder.csv'], 1, 'there is no such folder'],
  [['--format', 'xml'], 2, 'Allowed choices are csv, jsonl'],
  [['--sort', 'changed'], 2, 'Allowed choices are newest, oldest'],
])('orders export %j is refused', async (args, code, message) => {
  const ran = await shop.run('orders', 'export', ...args);
  expect(ran).toMatchObject({ code, out: '', err: expect.stringContaining(message) });
  expect(existsSync('no')).toBe(false);
});
