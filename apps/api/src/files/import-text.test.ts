import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { until } from '../testing/until.ts';
import { useImports } from './import.testing.ts';

const { send, api, key, sendProducts, sendStock, prefix, productOf } = useImports();

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
    const exported = await api().fetch(`/api/v1/export/stock.csv?q=${encodeURIComponent(sku)}`, {
      headers: { authorization: `Bearer ${key()}` },
    });
    const [header, row] = (await exported.text()).split('\r\n');
    expect(row).toMatch(/^'=/);
    expect(await sendStock(`${header},countedQty\r\n${row},12\r\n`)).toMatchObject({ body: { updated: 1, failed: 0 } });
    expect(await api().commerce.listStock({ q: sku })).toMatchObject({ items: [{ sku, shelfQty: 12 }] });
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
    ['a quotation mark that is not closed', ' X-1 ,"Lamp,1,EUR\nX-2,Lamp,1,EUR\n', 'never closed', 'X-1'],
    ['a quotation mark within a cell', 'X-1,5" Lamp,1,EUR\n', 'in the middle of a cell', 'X-1'],
    ['a text after a quoted cell', 'X-1,"5" Lamp,1,EUR\n', 'in the middle of a cell', 'X-1'],
    ['a quotation mark that the next row closes', 'X-1,"Lamp,1,EUR\nX-2,"Lamp",1,EUR\n', 'an earlier one', 'X-1'],
    ['a quotation mark within the SKU', 'X"1,Lamp,1,EUR\n', 'in the middle of a cell', null],
    ['a row that is too long', `X-1,"${'y\n'.repeat(200_000)}",1,EUR\n`, 'KiB', 'X-1'],
  ])('with %s is refused from there on, by its SKU if it is readable', async (_, broken, message, sku) => {
    const { status, body } = await sendProducts(`${rowsOf(prefix(), 10)}${broken}`);
    expect([status, body.error.code, body.error.details.sku]).toEqual([400, 'malformed_file', sku]);
    expect(body.error.message).toContain(message);
    expect(body.error.message).toMatch(sku === null ? /^line \d+: / : /^line \d+, SKU X-1: /);
  });

  test('that another file is sent for, or with another key, is refused', async () => {
    const file = 'sku,countedQty\nx,1\n';
    const codeOf = async (...given: Parameters<typeof sendStock>) => (await sendStock(...given)).status;
    expect(await codeOf(file, '', { type: 'application/json' })).toBe(415);
    expect(await codeOf(file, '', { type: '' })).toBe(415);
    expect(await codeOf(brotliCompressSync(file), '', { encoding: 'br' })).toBe(415);
    expect(await codeOf(file, '', { token: 'ck_none' })).toBe(401);
    expect(await codeOf(file, '', { token: await api().createApiKey('catalog') })).toBe(403);
    expect(await codeOf(file, '', { token: await api().createApiKey('stock') })).toBe(200);
    expect((await sendProducts(file, '', { token: await api().createApiKey('stock') })).status).toBe(403);
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
    const socket = connect(Number(new URL(api().url).port), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(
      `POST /api/v1/import/products.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key()}\r\n` +
        `Content-Type: text/csv\r\nContent-Length: ${file.length}\r\n\r\n${file.slice(0, file.length / 2)}`,
    );
    await until(async () => (await productOf(`${sku}-999`)) !== undefined);
    socket.destroy();
    await until(() =>
      api()
        .logLines()
        .some(({ path, status }) => path === '/api/v1/import/products.csv' && status === 400),
    );
    const { body } = await sendProducts(file);
    expect(body).toMatchObject({ rows: 3_000, failed: 0 });
    expect(body.unchanged).toBeGreaterThanOrEqual(1_000);
    expect(body.created).toBeGreaterThan(0);
    const { rows } = await api().database.pool.query(
      `select count(*)::int as count from commerce.events where payload->>'sku' like $1`,
      [`${sku}-%`],
    );
    expect(rows[0].count).toBe(3_000);
  });
});
