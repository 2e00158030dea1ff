import { describe, expect, test } from 'vitest';
import { useImports } from './import.testing.ts';

const { api, sendProducts, sendStock, prefix, productOf, countProducts } = useImports();

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
  const movements = (await api().commerce.listStockMovements({ productId })).items;
  expect(movements).toMatchObject([{ kind: 'ADJUSTED', quantity: 10, reason: 'year end' }]);
  const { rows } = await api().database.pool.query('select type, actor from commerce.events where aggregateid = $1', [
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
  expect(body.errors.map((error: { sku: string | null }) => error.sku)).toEqual(
    [1, 2, 3, 4, 5, 6, null, 7, 8, 9].map((n) => n && `${sku}-${n}`),
  );
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
  expect(body.errors[99]).toMatchObject({ line: 101, sku: '99' });
});

test.each([
  ['is trimmed', 'sku,countedQty', ' A 1 ,-', 'A 1'],
  ['is what it was before an export', 'sku,countedQty', "'=A1,-", '=A1'],
  ['stands behind the fault', 'countedQty,sku', '-,"A,1"', 'A,1'],
  ['is too long', 'sku,countedQty', `${'A'.repeat(101)},-`, null],
  ['is empty', 'sku,countedQty', ' ,-', null],
  ['may have moved, because a cell is missing', 'countedQty,sku', 'A1', null],
  ['may have moved, because a cell is too many', 'countedQty,sku', '1,250,A1', null],
])('a row that fails is reported by its SKU, which %s', async (_, header, row, sku) => {
  const { body } = await sendStock(`${header}\n${row}\n`);
  expect(body.errors).toMatchObject([{ line: 2, sku }]);
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
  const { rows: found } = await api().database.pool.query(
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
