import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { until } from '../testing/until.ts';

let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi();
  key = await api.createApiKey();
});
afterAll(() => api?.close());

type Sent = { type?: string; encoding?: string; token?: string };

async function send(path: string, body: string | Buffer, { type = 'text/csv', encoding, token = key }: Sent = {}) {
  const response = await api.fetch(`/api/v1/import/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': type,
      ...(encoding !== undefined && { 'content-encoding': encoding }),
    },
    body: new Uint8Array(Buffer.from(body)),
  });
  return { status: response.status, body: (await response.json()) as any };
}
const sendProducts = async (body: string | Buffer, query = '', sent?: Sent) => send(`products.csv${query}`, body, sent);
const sendStock = async (body: string | Buffer, query = '', sent?: Sent) => send(`stock.csv${query}`, body, sent);

/** A prefix of the SKUs of one test. */
const prefix = () => `S${randomUUID().slice(0, 8)}`;
const productOf = async (sku: string) => (await api.commerce.listProducts({ sku })).items[0];
const countProducts = async () =>
  Number((await api.database.pool.query('select count(*) from commerce.products')).rows[0].count);

test('a file of products creates and changes them, and the same file again changes nothing', async () => {
  const sku = prefix();
  const header = 'sku,name,priceAmount,currency,description,imageUrl,metadata';
  const first = [
    header,
    `${sku}-1,Lamp,1250,GBP,"Bright, and ""warm""\r\nOn two lines",https://shop.example/a.png,"{""b"":1,""a"":[2]}"`,
    `${sku}-2,램프,15000,KRW,,,`,
  ].join('\r\n');
  const done = { dryRun: false, rows: 2, created: 2, updated: 0, unchanged: 0, failed: 0, errors: [] };
  expect(await sendProducts(first)).toEqual({ status: 200, body: done });
  expect(await sendProducts(first)).toMatchObject({ body: { created: 0, unchanged: 2 } });
  expect(await productOf(`${sku}-1`)).toMatchObject({
    priceAmount: 1250,
    description: 'Bright, and "warm"\r\nOn two lines',
    metadata: { a: [2], b: 1 },
  });
  // An empty cell and a column that is not there leave what is known.
  const second = `priceAmount,sku,description\n,${sku}-2,Schön\n1300,${sku}-1,\n`;
  expect(await sendProducts(second)).toMatchObject({ body: { updated: 2, failed: 0 } });
  expect(await productOf(`${sku}-2`)).toMatchObject({ name: '램프', priceAmount: 15000, description: 'Schön' });
  expect(await productOf(`${sku}-1`)).toMatchObject({
    priceAmount: 1300,
    description: expect.stringContaining('Bright'),
  });
});

test('a file of counts sets the shelves by the ledger, with the operator as actor, and can be repeated', async () => {
  const sku = prefix();
  await sendProducts(`sku,name,priceAmount,currency\n${sku}-1,A,1,EUR\n${sku}-2,B,1,EUR`);
  const file = `sku,countedQty,expectedShelfQty,reason\n${sku}-1,10,0,\n${sku}-2,7,,delivery 4711\n`;
  expect(await sendStock(file, '?reason=year+end')).toMatchObject({ body: { rows: 2, updated: 2, created: 0 } });
  expect(await sendStock(file)).toMatchObject({ body: { unchanged: 2, failed: 0 } });
  const { id: productId = '' } = (await productOf(`${sku}-1`)) ?? {};
  const movements = (await api.commerce.listStockMovements({ productId })).items;
  expect(movements).toMatchObject([{ kind: 'ADJUSTED', quantity: 10, reason: 'year end' }]);
  const { rows } = await api.database.pool.query('select type, actor from commerce.events where aggregateid = $1', [
    productId,
  ]);
  expect(rows).toMatchObject([
    { type: 'product.created', actor: { kind: 'operator' } },
    { type: 'stock.adjusted', actor: { kind: 'operator' } },
  ]);
  const stale = `sku,countedQty,expectedShelfQty\n${sku}-1,9,8\nnone-${sku},1,\n`;
  expect(await sendStock(stale)).toMatchObject({
    body: {
      failed: 2,
      errors: [
        { line: 2, code: 'stock_changed' },
        { line: 3, code: 'product_not_found' },
      ],
    },
  });
});

test('rows that cannot be taken are reported by line and reason, and the others are taken', async () => {
  const sku = prefix();
  const file = [
    'sku,name,priceAmount,currency',
    `${sku}-1,"two\nlines",1,EUR`,
    `${sku}-2,Lamp,"1,250",EUR`,
    `${sku}-3,Lamp,12.50,EUR`,
    `${sku}-4,Lamp,1`,
    `${sku}-5,Lamp,1,EUR,,`,
    '',
    `${sku}-6,Lamp,1,EUR`,
    `${sku}-6,Other,2,EUR`,
    `,Lamp,1,EUR`,
    `${sku}-7,,1,EUR`,
    `${sku}-8,Lamp,-1,EUR`,
    `${sku}-9,Lamp,1,XYZ`,
  ].join('\n');
  const { body } = await sendProducts(file);
  expect(body.errors.map(({ line, message }: { line: number; message: string }) => `${line} ${message}`)).toEqual([
    '2 name: must not contain control characters',
    expect.stringMatching(/^4 priceAmount: must be a whole number of minor units/),
    expect.stringMatching(/^5 priceAmount: must be a whole number of minor units/),
    '6 the row has 3 cells, and the header 4',
    '7 the row has 6 cells, and the header 4',
    '10 sku: a row before has this sku, too; the first one counts',
    expect.stringMatching(/^11 sku: /),
    '12 name: a new product needs it',
    expect.stringMatching(/^13 priceAmount: /),
    expect.stringMatching(/^14 currency: /),
  ]);
  expect(body).toMatchObject({ rows: 11, created: 1, failed: 10 });
  expect(await productOf(`${sku}-6`)).toMatchObject({ name: 'Lamp' });
});

test('at most 100 errors are listed, and all are counted', async () => {
  const rows = Array.from({ length: 1_200 }, (_, n) => `${n},-`).join('\n');
  const { body } = await sendStock(`sku,countedQty\n${rows}`);
  expect(body).toMatchObject({ rows: 1_200, failed: 1_200 });
  expect(body.errors).toHaveLength(100);
  expect(body.errors[99]).toMatchObject({ line: 101, sku: null });
});

test('a dry run writes nothing and says what would be done', async () => {
  const sku = prefix();
  const file = `sku,name,priceAmount,currency\n${sku},Lamp,1,EUR\n${sku}-2,Lamp,x,EUR`;
  const { body } = await sendProducts(file, '?dryRun=true');
  expect(body).toMatchObject({ dryRun: true, created: 1, failed: 1 });
  expect(await productOf(sku)).toBeUndefined();
});

test('each 500 rows are one transaction', async () => {
  const sku = prefix();
  const rows = Array.from({ length: 1_100 }, (_, n) => `${sku}-${n},Lamp,1,EUR`).join('\n');
  expect(await sendProducts(`sku,name,priceAmount,currency\n${rows}`)).toMatchObject({ body: { created: 1_100 } });
  const { rows: found } = await api.database.pool.query(
    `select count(*)::int as events from commerce.events where payload->>'sku' like $1 group by xid order by 1`,
    [`${sku}-%`],
  );
  expect(found.map(({ events }) => events)).toEqual([100, 500, 500]);
});

describe('a header', () => {
  test.each([
    ['sku,name,colour', 'colour'],
    ['name,priceAmount', '"sku" is missing'],
    ['sku,name,name', '"name" stands there twice'],
    ['sku', 'nothing to change'],
    ['sku,name,', 'there is no column ""'],
    ['', 'the file is empty'],
    [`sku,${'x'.repeat(5_000)}`, 'more than 4096 characters'],
  ])('%s is refused before anything is written', async (header, message) => {
    const before = await countProducts();
    const rows = Array.from({ length: 700 }, (_, n) => `${prefix()}${n},Lamp`).join('\n');
    const { status, body } = await sendProducts(header === '' ? '' : `${header}\n${rows}`);
    expect([status, body.error.code]).toEqual([400, 'malformed_file']);
    expect(body.error.message).toContain(message);
    expect(body.error.details).toMatchObject({ line: 1, imported: { rows: 0 } });
    expect(await countProducts()).toBe(before);
  });

  test.each([
    [';', '\r\n'],
    ['\t', '\n'],
    [',', '\r'],
  ])('with the delimiter %j and lines that end with %j is read', async (delimiter, end) => {
    const sku = prefix();
    const file = [
      ['sku', 'name', 'priceAmount', 'currency'],
      [sku, 'A, b; c', '1', 'EUR'],
    ]
      .map((cells) => cells.map((cell) => `"${cell}"`).join(delimiter))
      .join(end);
    expect(await sendProducts(`${file}${end}`)).toMatchObject({ body: { created: 1, failed: 0 } });
    expect(await productOf(sku)).toMatchObject({ name: 'A, b; c' });
  });
});

describe('text', () => {
  const file = (sku: string, name: string) => `sku,name,priceAmount,currency\r\n${sku},${name},1,EUR\r\n`;
  const utf16be = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16();

  test.each([
    ['UTF-8', '', (text: string) => Buffer.from(text), 'Lämpchen 램프'],
    ['UTF-8 with a mark', '', (text: string) => Buffer.from(`\ufeff${text}`), 'Lämpchen 램프'],
    ['UTF-16 LE with a mark', '', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le'), 'Lämpchen 램프'],
    ['UTF-16 BE with a mark', '', utf16be, 'Lämpchen 램프'],
    ['a given encoding, against which its mark stands', '?encoding=euc-kr', utf16be, 'Lämpchen'],
    ['windows-1252', '?encoding=windows-1252', (text: string) => Buffer.from(text, 'latin1'), 'Lämpchen'],
  ])('in %s is read', async (_, query, encode, name) => {
    const sku = prefix();
    expect(await sendProducts(encode(file(sku, name)), query)).toMatchObject({ status: 200, body: { created: 1 } });
    expect(await productOf(sku)).toMatchObject({ name });
  });

  test('in the charset of the Content-Type is read', async () => {
    const sku = prefix();
    const body = Buffer.from(file(sku, '@@').replace('@@', '\u00b7\u00a5\u00c7\u00c1'), 'latin1');
    expect(await sendProducts(body, '', { type: 'text/csv; charset=euc-kr' })).toMatchObject({ body: { created: 1 } });
    expect(await productOf(sku)).toMatchObject({ name: '램프' });
  });

  test('that is not UTF-8 ends the import at its line', async () => {
    const sku = prefix();
    const body = Buffer.from(file(sku, 'Lamp') + file(`${sku}-2`, 'L\u00e4mpchen'), 'latin1');
    const { status, body: answer } = await sendProducts(body);
    expect([status, answer.error.code, answer.error.details.line]).toEqual([400, 'malformed_file', 4]);
    expect(answer.error.message).toBe(
      'line 4: the text is not utf-8; name the encoding of the file, such as windows-1252',
    );
    expect(answer.error.hint).toContain('send it again');
  });

  test('in an unknown encoding is refused', async () => {
    const { status, body } = await sendProducts(file('x', 'y'), '?encoding=klingon');
    expect([status, body.error.code]).toEqual([400, 'validation_failed']);
    expect(body.error.message).toMatch(/^encoding: /);
  });

  test('that an export has made safe for spreadsheets is what it was before', async () => {
    const sku = `=${prefix()}`;
    await sendProducts(`sku,name,priceAmount,currency\n'${sku},'@home,1,EUR\n`);
    expect(await productOf(sku)).toMatchObject({ name: '@home' });
    const exported = await api.fetch(`/api/v1/export/stock.csv?q=${encodeURIComponent(sku)}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const [header, row] = (await exported.text()).split('\r\n');
    expect(row).toMatch(/^'=/);
    expect(await sendStock(`${header},countedQty\r\n${row},12\r\n`)).toMatchObject({ body: { updated: 1, failed: 0 } });
    expect(await api.commerce.listStock({ q: sku })).toMatchObject({ items: [{ sku, shelfQty: 12 }] });
  });
});

describe('a file', () => {
  const rowsOf = (sku: string, count: number) =>
    `sku,name,priceAmount,currency\n${Array.from({ length: count }, (_, n) => `${sku}-${n},Lamp,1,EUR\n`).join('')}`;

  test('is unzipped by its content, with and without Content-Encoding', async () => {
    const file = gzipSync(rowsOf(prefix(), 600));
    expect(await sendProducts(file, '', { encoding: 'gzip' })).toMatchObject({ body: { created: 600 } });
    expect(await sendProducts(file)).toMatchObject({ body: { unchanged: 600 } });
  });

  test('whose gzip data are damaged or cut is taken up to there, and finished by the whole file', async () => {
    const sku = prefix();
    const whole = gzipSync(rowsOf(sku, 20_000), { level: 1 });
    const cut = await sendProducts(whole.subarray(0, whole.length - 9));
    expect(cut).toMatchObject({ status: 400, body: { error: { message: 'the gzip data end too early' } } });
    const { imported } = cut.body.error.details;
    expect(imported.created).toBeGreaterThan(0);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, whole.length - 2_000, whole.length - 1_900);
    expect((await sendProducts(damaged)).body.error.message).toBe('the gzip data are damaged');
    const { body } = await sendProducts(whole);
    expect(body).toMatchObject({ rows: 20_000, failed: 0 });
    expect(body.created + body.unchanged).toBe(20_000);
  }, 120_000);

  test.each([
    ['a quotation mark that is not closed', (row: string) => `${row}x,"Lamp,1,EUR\n`, 'never closed'],
    ['a quotation mark within a cell', (row: string) => `${row}x,5" Lamp,1,EUR\n`, 'in the middle of a cell'],
    ['a text after a quoted cell', (row: string) => `${row}x,"5" Lamp,1,EUR\n`, 'in the middle of a cell'],
    ['a row that is too long', (row: string) => `${row}x,"${'y\n'.repeat(200_000)}",1,EUR\n`, 'KiB'],
  ])('with %s is refused from there on', async (_, spoil, message) => {
    const { status, body } = await sendProducts(spoil(rowsOf(prefix(), 10)));
    expect([status, body.error.code]).toEqual([400, 'malformed_file']);
    expect(body.error.message).toContain(message);
  });

  test('that another file is sent for, or with another key, is refused', async () => {
    const file = 'sku,countedQty\nx,1\n';
    const codeOf = async (...given: Parameters<typeof sendStock>) => (await sendStock(...given)).status;
    expect(await codeOf(file, '', { type: 'application/json' })).toBe(415);
    expect(await codeOf(file, '', { type: '' })).toBe(415);
    expect(await codeOf(brotliCompressSync(file), '', { encoding: 'br' })).toBe(415);
    expect(await codeOf(file, '', { token: 'ck_none' })).toBe(401);
    expect(await codeOf(file, '', { token: await api.createApiKey('catalog') })).toBe(403);
    expect(await codeOf(file, '', { token: await api.createApiKey('stock') })).toBe(200);
    expect((await sendProducts(file, '', { token: await api.createApiKey('stock') })).status).toBe(403);
    expect(await codeOf(file, '?dryrun=true')).toBe(400);
    expect(await codeOf(file, '?dryRun=1')).toBe(400);
    expect((await sendProducts(file, '?reason=x')).status).toBe(400);
    expect((await send('orders.csv', file)).status).toBe(404);
  });

  test('that is refused at its beginning gets its answer, however much of it is still to come', async () => {
    const { status, body } = await sendProducts(
      Buffer.concat([Buffer.from('sku,nome\n'), Buffer.alloc(30_000_000, 'x\n')]),
    );
    expect([status, body.error.code]).toEqual([400, 'malformed_file']);
  });

  test('whose sender goes away is taken up to there, and finished by the whole file', async () => {
    const sku = prefix();
    const file = rowsOf(sku, 3_000);
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `POST /api/v1/import/products.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n` +
        `Content-Type: text/csv\r\nContent-Length: ${file.length}\r\n\r\n${file.slice(0, file.length / 2)}`,
    );
    await until(async () => (await productOf(`${sku}-999`)) !== undefined);
    socket.destroy();
    await until(() =>
      api.logLines().some(({ path, status }) => path === '/api/v1/import/products.csv' && status === 400),
    );
    const { body } = await sendProducts(file);
    expect(body).toMatchObject({ rows: 3_000, failed: 0 });
    expect(body.unchanged).toBeGreaterThanOrEqual(1_000);
    expect(body.created).toBeGreaterThan(0);
    const { rows } = await api.database.pool.query(
      `select count(*)::int as count from commerce.events where payload->>'sku' like $1`,
      [`${sku}-%`],
    );
    expect(rows[0].count).toBe(3_000);
  });
});
