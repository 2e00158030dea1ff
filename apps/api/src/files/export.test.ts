import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { addLongLists } from '@commerce-core/core/testing';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { until } from '../testing/until.ts';
import { orderColumns, stockColumns } from './exported-columns.ts';

const orders = 30_000;

let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi({ throughProxy: true, corsOrigins: ['https://page.example'] });
  await addLongLists(api.database, orders);
  key = await api.createApiKey();
}, 240_000);
afterAll(() => api?.close());

const read = async (path: string, token = key, { method = 'GET', headers = {} } = {}) =>
  api.fetch(`/api/v1/export/${path}`, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
const readText = async (path: string) => (await read(path)).text();
const readCsv = async (path: string) => parse(await readText(path), { columns: true }) as Record<string, string>[];
const readLines = async (path: string) =>
  (await readText(path))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { id: string; sku: string });
const idsIn = async (sql: string) => (await api.database.pool.query<{ id: string }>(sql)).rows.map(({ id }) => id);

/** Begins an export, and returns its response, of which nothing is read yet. */
async function begin(path: string, url = api.url): Promise<IncomingMessage> {
  const request = get(`${url}/api/v1/export/${path}`, { headers: { authorization: `Bearer ${key}` } });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => undefined);
  // The reader of the response gets its error later.
  response.on('error', () => undefined);
  return response;
}
const lastExport = () => api.logLines().findLast(({ path }) => String(path).startsWith('/api/v1/export/'));

describe('orders', () => {
  test('are all in the CSV, the newest first, with a header and a name for the file', async () => {
    const response = await read('orders.csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="orders-\d{8}T\d{6}Z\.csv"$/);
    const text = await response.text();
    expect(text.slice(0, text.indexOf('\r\n'))).toBe(Object.keys(orderColumns).join());
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ id }) => id)).toEqual(await idsIn('select id from commerce.orders order by id desc'));
    expect(rows[0]).toMatchObject({ currency: 'EUR', createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) });
    expect(rows[0]?.['totalAmount']).toMatch(/^\d+$/);
    await until(() => lastExport()?.['rows'] === orders);
  });

  test('are the items of order.list in JSON lines', async () => {
    const client = await api.operatorClient();
    const { items } = await client.order.list.query({ status: 'PAID', limit: 100 });
    const lines = await readLines('orders.jsonl?status=PAID');
    expect(lines.slice(0, 100)).toEqual(items.map(({ attentionHints: _, ...order }) => order));
  });

  test.each([
    ['status=EXPIRED&sort=createdAt', `status = 'EXPIRED' order by id`],
    ['fulfillmentStatus=DELIVERED', `fulfillment_status = 'DELIVERED' order by id desc`],
    ['needsAttention=true', 'needs_attention is not null order by id desc'],
    // More than 10,000 orders, which no index has in the order of the sort.
    ['minTotalAmount=1000', 'total_amount >= 1000 order by id desc'],
    ['minTotalAmount=300000&sort=createdAt', 'total_amount >= 300000 order by id'],
    ['q=kim', `contact->>'name' like 'kim %' order by id desc`],
    ['email=USER7%40example.com', `contact->>'email' = 'user7@example.com' order by id desc`],
    ['sku=SKU-000000', `id in (select order_id from commerce.order_lines where sku = 'SKU-000000') order by id desc`],
    ['sku=none', 'false'],
    ['reference=R-4000', `reference = 'R-4000'`],
  ])('that match %s are each exported once', async (query, sql) => {
    const ids = (await readLines(`orders.jsonl?${query}`)).map(({ id }) => id);
    expect(ids).toEqual(await idsIn(`select id from commerce.orders where ${sql}`));
  });

  test('that no filter matches give a header in CSV, and nothing in JSON lines', async () => {
    expect(await readText('orders.csv?reference=none')).toBe(`${Object.keys(orderColumns).join()}\r\n`);
    expect(await readText('orders.jsonl?reference=none')).toBe('');
  });
});

describe('stock', () => {
  test('is exported by SKU with its units, and its filters are those of the list', async () => {
    const rows = await readCsv('stock.csv');
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(stockColumns));
    expect(rows).toHaveLength(2_000);
    expect(rows[8]).toMatchObject({ sku: 'SKU-000008', availableQty: '18', reservedQty: '1', sellableQty: '17' });
    expect((await readLines('stock.jsonl?q=sku-0000&sort=-sku&maxSellableQty=12')).map(({ sku }) => sku)).toEqual(
      await idsIn(`select sku as id from commerce.products join commerce.stocks on id = product_id
        where sku like 'SKU-0000%' and available_qty - reserved_qty <= 12 order by sku desc`),
    );
  });

  test('has no text that a spreadsheet would run, and quotes what needs it', async () => {
    const texts = ['=1+1', '+1', '-1', '@x', "'=1", '＝1', 'a,"b"', 'umlaut ä, 한국어', '-', "it's"];
    for (const [index, name] of texts.entries())
      await api.commerce.createProduct({ sku: `-formula-${index}`, name, priceAmount: 1, currency: 'EUR' });
    const rows = (await readCsv('stock.csv')).filter(({ sku }) => sku?.includes('formula'));
    expect(rows.map(({ name }) => name)).toEqual([
      "'=1+1",
      "'+1",
      "'-1",
      "'@x",
      "''=1",
      "'＝1",
      'a,"b"',
      'umlaut ä, 한국어',
      "'-",
      "it's",
    ]);
    expect(rows[0]?.['sku']).toBe("'-formula-0");
  });
});

describe('a request', () => {
  test.each([
    ['stauts=PAID', 'stauts'],
    ['status=paid', 'status'],
    ['status=', 'status'],
    ['status=PAID&status=PAID', 'given once'],
    ['limit=10', 'limit'],
    ['cursor=x', 'cursor'],
    ['sort=-updatedAt', 'sort'],
    ['minTotalAmount=1e3', 'minTotalAmount'],
    ['needsAttention=yes', 'needsAttention'],
    ['createdFrom=2026-11-28', 'createdFrom'],
    ['q=%FF', 'UTF-8'],
  ])('with %s gets a 400 that names the fault', async (query, named) => {
    const response = await read(`orders.csv?${query}`);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { code: string; message: string; hint: string } };
    expect(error).toMatchObject({ code: expect.stringMatching(/^validation_failed|invalid_encoding$/) });
    expect(JSON.stringify(error)).toContain(named);
  });

  test('needs a key with the scope of the list', async () => {
    const codeOf = async (path: string, token?: string) => (await read(path, token)).status;
    expect(await codeOf('orders.csv', 'ck_none')).toBe(401);
    expect((await api.fetch('/api/v1/export/orders.csv')).status).toBe(401);
    expect(await codeOf('orders.csv', await api.customerToken('customer-7'))).toBe(403);
    expect(await codeOf('orders.csv', await api.createApiKey('stock', 'money'))).toBe(403);
    expect(await codeOf('stock.csv', await api.createApiKey('orders'))).toBe(403);
    expect(await codeOf('stock.csv', await api.createApiKey('stock'))).toBe(200);
  });

  test('for another file or by another method gets a 404, and HEAD gets the headers alone', async () => {
    expect((await read('orders.xml')).status).toBe(404);
    expect((await read('orders.csv', key, { method: 'POST' })).status).toBe(404);
    const head = await read('orders.csv', key, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('content-disposition')).toContain('.csv');
  });

  test('of a page of an allowed origin gets its headers', async () => {
    const headers = { origin: 'https://page.example' };
    const response = await read('stock.csv?q=none', key, { headers });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://page.example');
    expect(response.headers.get('access-control-expose-headers')).toContain('content-disposition');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('beyond four at once gets a 503 with Retry-After', async () => {
    const four = await Promise.all(Array.from({ length: 4 }, async () => begin('orders.jsonl')));
    const refused = await read('stock.csv');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    for (const response of four) response.destroy();
    await until(async () => (await read('stock.csv')).status === 200);
  });
});

describe('an export', () => {
  test('stops reading when the client is gone', async () => {
    const response = await begin('orders.jsonl');
    await once(response, 'readable');
    response.destroy();
    await until(() => lastExport()?.['codes'] !== undefined);
    expect(lastExport()).toMatchObject({ codes: ['client_closed'] });
    expect(lastExport()?.['rows']).toBeLessThan(orders);
  });

  test('whose database fails in the middle breaks the connection', async () => {
    const response = await begin('orders.jsonl');
    await once(response, 'readable');
    await api.disconnectDatabase();
    const reading = (async () => {
      for await (const _ of response);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ECONNRESET' });
    await api.reconnectDatabase();
    await until(() => lastExport()?.['codes'] !== undefined);
    expect(lastExport()).toMatchObject({ codes: ['database_unavailable'], status: 200 });
  });

  test('that fails does not look complete to a client of HTTP/1.0', async () => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.write(`GET /api/v1/export/orders.jsonl HTTP/1.0\r\nHost: x\r\nAuthorization: Bearer ${key}\r\n\r\n`);
    await once(socket, 'readable');
    await api.disconnectDatabase();
    const ended = new Promise((resolve) => {
      socket.once('error', resolve).once('end', () => resolve('a complete body'));
    });
    socket.resume();
    expect(await ended).toMatchObject({ code: 'ECONNRESET' });
    await api.reconnectDatabase();
  });

  test('is broken off by a server that stops', async () => {
    const own = await startTestApi({ databaseOf: api });
    const response = await begin('orders.jsonl', own.url);
    await once(response, 'readable');
    const closed = own.close();
    const reading = (async () => {
      for await (const _ of response);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ECONNRESET' });
    await closed;
  });

  test('that fails before it begins gets a 503', async () => {
    await api.disconnectDatabase();
    const response = await read('stock.csv');
    await api.reconnectDatabase();
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'database_unavailable' } });
  });
});
