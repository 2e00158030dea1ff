import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCommerce } from '../commerce.ts';
import { idRange, lookupKinds } from '../lookup/lookup-input.ts';
import { matchesByName, matchesInRange } from '../lookup/lookup-repository.ts';
import { openTestDatabase, type TestDatabase } from '../testing/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.drop());

const id = '0199d3c4-7d1b-7b6e-9f0a-3c5b2d7e8f90';

test.each([
  ['0199', '01990000-0000-0000-0000-000000000000', '0199ffff-ffff-ffff-ffff-ffffffffffff'],
  ['0199D3C4-7', '0199d3c4-7000-0000-0000-000000000000', '0199d3c4-7fff-ffff-ffff-ffffffffffff'],
  ['0199d3c4-', '0199d3c4-0000-0000-0000-000000000000', '0199d3c4-ffff-ffff-ffff-ffffffffffff'],
  [id.replaceAll('-', ''), id, id],
])('%s begins the ids from %s to %s', (text, first, last) => {
  expect(idRange(text)).toEqual({ first, last });
});

test.each(['019', '01-99d3c4', `${id}0`, '0199x', '----', ''])('%j begins no id', (text) => {
  expect(idRange(text)).toBeUndefined();
});

describe.each(lookupKinds)('a look-up of kind %s', (kind) => {
  test('reads an index, however large the table is', async () => {
    const byId = matchesInRange(database.db, kind, { first: id, last: id }, 11);
    const byName = matchesByName(database.db, kind, '4F7K-29QD', 11);
    for (const query of [byId, ...byName]) {
      const { sql, params } = query.toSQL();
      const client = await database.pool.connect();
      try {
        await client.query('begin; set local enable_seqscan = off');
        const { rows } = await client.query(`explain ${sql}`, params);
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
        expect(plan).toMatch(/Index Cond/);
        expect(plan).not.toMatch(/Seq Scan/);
      } finally {
        await client.query('rollback');
        client.release();
      }
    }
  });

  test('finds nothing in an empty shop', async () => {
    expect(await createCommerce({ database }).lookUp({ kind, text: '0199' })).toEqual({ matches: [], hasMore: false });
  });
});

test('a look-up returns ten matches and says that there are more', async () => {
  const commerce = createCommerce({ database });
  const created = [];
  for (let index = 0; index < 11; index += 1)
    created.push(await commerce.createProduct({ sku: `SKU-${index}`, name: 'x', priceAmount: 1, currency: 'KRW' }));
  const [first] = created;
  const found = await commerce.lookUp({ kind: 'product', text: first!.id.slice(0, 4) });
  expect(found.matches.map((match) => match.id)).toEqual(created.slice(0, 10).map((product) => product.id));
  expect(found.hasMore).toBe(true);
  const bySku = await commerce.lookUp({ kind: 'product', text: 'SKU-3' });
  expect(bySku).toEqual({ matches: [{ id: created[3]!.id, summary: 'SKU-3' }], hasMore: false });
});
