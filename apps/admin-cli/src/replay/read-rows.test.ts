import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { Row } from './read-rows.ts';
import { InputError } from './input-error.ts';
import { readRows } from './read-rows.ts';

const header = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const first = '536365,85123A,"HOLDER, ""WHITE""",6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom';

async function fileOf(content: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'orders.csv');
  await writeFile(file, content);
  return file;
}

async function read(file: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(file)) rows.push(row);
  return rows;
}

test('a row keeps its text and its line number', async () => {
  expect(await read(await fileOf(`${header}\n${first}\n`))).toEqual([
    {
      line: 2,
      invoiceNo: '536365',
      stockCode: '85123A',
      description: 'HOLDER, "WHITE"',
      quantity: '6',
      invoiceDate: '2010-12-01 08:26:00',
      unitPrice: '2.55',
      customerId: '17850.0',
      country: 'United Kingdom',
    },
  ]);
});

test('a zipped file is recognised by its content, not by its name', async () => {
  const plain = `${header}\n${first}\n`;
  expect(await read(await fileOf(gzipSync(plain)))).toEqual(await read(await fileOf(plain)));
});

test('bytes that are not UTF-8 end the reading, and the message names their line', async () => {
  const korean = Buffer.from([0xb1, 0xe8]);
  const rows = (count: number) => Buffer.from(`${first.replace('WHITE', '흰색')}\n`.repeat(count));
  const head = Buffer.from(`${header}\n`);
  for (const before of [0, 1, 5_000]) {
    const file = await fileOf(Buffer.concat([head, rows(before), korean, rows(5_000)]));
    await expect(read(file)).rejects.toThrow(`${file}, line ${before + 2}: the text is not UTF-8.`);
  }
  for (const content of [
    [korean],
    [head, rows(1), korean.subarray(0, 1)],
    [head, rows(1), Buffer.from('흰').subarray(0, 2)],
  ]) {
    await expect(read(await fileOf(Buffer.concat(content)))).rejects.toThrow('the text is not UTF-8.');
  }
  expect(await read(await fileOf(Buffer.concat([head, rows(20_000)])))).toHaveLength(20_000);
});

test.each<[string, string]>([
  ['a byte order mark', `\ufeff"InvoiceNo"${header.slice(9)}\n${first}`],
  ['Windows line ends', `${header}\r\n${first}\r\n`],
  ['blank lines', `${header}\n\n${first}\n\n\n`],
  [
    'other columns and another order',
    'x,CustomerID,UnitPrice, Quantity ,Description,StockCode,InvoiceNo\n' +
      ',17850.0,2.55,6,"HOLDER, ""WHITE""",85123A,536365',
  ],
  ['a repeated column', `${header},InvoiceNo\n${first},999`],
])('%s does no harm', async (_, content) => {
  const [row] = await read(await fileOf(content));
  expect(row).toMatchObject({ invoiceNo: '536365', description: 'HOLDER, "WHITE"', customerId: '17850.0' });
});

const zipped = gzipSync(`${header}\n${`${first}\n`.repeat(5000)}`);

test.each<[string, string | Buffer, RegExp]>([
  ['an empty file', '', /has no rows/],
  ['a header alone', header, /has no rows/],
  ['an empty zipped file', gzipSync(''), /has no rows/],
  ['a single byte', 'I', /line 1: no column InvoiceNo/],
  [
    'missing columns',
    'InvoiceNo,StockCode,Quantity\n1,2,3',
    /line 1: no column Description, UnitPrice, CustomerID; found/,
  ],
  ['semicolons', header.replaceAll(',', ';'), /line 1: no column/],
  ['a short row', `${header}\n${first}\n1,2,3\n`, /line 3: the row has more or fewer fields/],
  ['a long row', `${header}\n${first},more\n`, /line 2: the row has more or fewer fields/],
  ['an open quotation mark', `${header}\n1,2,"three\n${first}`, /line \d: .*quotation mark/],
  [
    'a quotation mark that is never closed',
    `${header}\n1,2,"three,4,5,6,7,8`,
    /line 2: a quotation mark is opened and never closed/,
  ],
  ['a quotation mark inside', `${header}\n1,2,3" RULER,4,5,6,7,8`, /line 2: a quotation mark stands in the middle/],
  ['no line ends at all', `${header}\n${'x'.repeat(1_100_000)}`, /line 2: the row is longer than a million bytes/],
  ['random bytes', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)), /line \d: /],
  ['zipped data cut off', zipped.subarray(0, zipped.length - 20), /gzip data end too early/],
  [
    'zipped data damaged',
    Buffer.concat([zipped.subarray(0, 30), Buffer.alloc(40, 7), zipped.subarray(70)]),
    /gzip|line \d/,
  ],
])('%s ends with a message that says where', async (_, content, message) => {
  const failure = await read(await fileOf(content)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InputError);
  expect((failure as InputError).message).toMatch(message);
});

test('a missing file and a folder get different messages', async () => {
  await expect(read('/nowhere/orders.csv')).rejects.toThrow('/nowhere/orders.csv: there is no such file.');
  await expect(read(tmpdir())).rejects.toThrow('it is a folder');
});
