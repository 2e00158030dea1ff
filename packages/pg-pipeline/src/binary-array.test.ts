import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '@commerce-core/postgres';
import { arrayOf, uuids } from './binary-array.ts';
import { connect, type Database } from './connect.ts';

let database: Database;
let drop: () => Promise<void>;
beforeAll(async () => {
  const created = await createTestDatabase();
  drop = created.drop;
  database = connect({ url: created.url, schemaInSql: 'test', applicationName: 'test' });
});
afterAll(async () => {
  await database.close();
  await drop();
});

/** Sends an array and returns the values that PostgreSQL reads from it, as text. */
async function readBack(sqlType: string, values: readonly unknown[]): Promise<(string | null)[]> {
  const { rows } = await database.pool.query(`select value::text from unnest($1::${sqlType}[]) as value`, [
    arrayOf(sqlType)(values),
  ]);
  return rows.map(({ value }) => value);
}

test.each<[string, unknown[], (string | null)[]]>([
  [
    'uuid',
    ['0191b2c3-d4e5-7f60-8a9b-0cfdfeff1011', 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'],
    ['0191b2c3-d4e5-7f60-8a9b-0cfdfeff1011', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ],
  ['text', ['', 'NULL', '{"a,b\\"}', '감사합니다 ✓ 🙂', undefined], ['', 'NULL', '{"a,b\\"}', '감사합니다 ✓ 🙂', null]],
  ['jsonb', [{ a: '"\\,{}' }, [], null, 'x'], ['{"a": "\\"\\\\,{}"}', '[]', null, '"x"']],
  ['json', [{ b: 1, a: '✓' }], ['{"b":1,"a":"✓"}']],
  ['boolean', [true, false, null], ['true', 'false', null]],
  ['smallint', [-32_768, 32_767], ['-32768', '32767']],
  ['integer', [-2_147_483_648, 0, 2_147_483_647], ['-2147483648', '0', '2147483647']],
  [
    'bigint',
    [Number.MIN_SAFE_INTEGER, -1, 0, 2 ** 32, Number.MAX_SAFE_INTEGER],
    ['-9007199254740991', '-1', '0', '4294967296', '9007199254740991'],
  ],
  ['bytea', [Buffer.from([0, 255, 34]), Buffer.alloc(0)], ['\\x00ff22', '\\x']],
])('PostgreSQL reads the values of an array of %s unchanged', async (sqlType, values, read) => {
  expect(await readBack(sqlType, values)).toEqual(read);
  expect(await readBack(sqlType, [])).toEqual([]);
});

test('PostgreSQL reads times to the millisecond, before 1970 and after 2000', async () => {
  const times = [
    '1969-12-31T23:59:59.999Z',
    '1999-12-31T23:59:59.999Z',
    '2026-11-23T04:18:17.123Z',
    '9999-12-31T23:59:59.999Z',
  ];
  const array = arrayOf('timestamp (3) with time zone')(times.map((time) => new Date(time)));
  const { rows } = await database.pool.query('select value from unnest($1::timestamptz[]) as value', [array]);
  expect(rows.map(({ value }) => value.toISOString())).toEqual(times);
});

test('100,000 values, and one value of a megabyte, arrive complete', async () => {
  const many = Array.from({ length: 100_000 }, (_, n) => n);
  expect(await readBack('integer', many)).toEqual(many.map(String));
  const long = '✓'.repeat(400_000);
  expect(await readBack('text', ['a', long, 'b'])).toEqual(['a', long, 'b']);
});

test('a text that is no UUID throws', () => {
  for (const wrong of [
    '',
    'x',
    '0191b2c3-d4e5-7f60-8a9b-0cfdfeff101',
    '0191b2c3-d4e5-7f60-8a9b-0cfdfeff101g',
    '0191b2c3-d4e5-7f60-8a9b-0cfdfeff101✓',
  ]) {
    expect(() => uuids([wrong]), wrong).toThrow('not a UUID');
  }
});

test('a number that is no safe integer throws', () => {
  for (const wrong of [2 ** 53, 0.5, NaN]) expect(() => arrayOf('bigint')([wrong])).toThrow('not a safe integer');
});

test('a type without an encoding throws when the statement is defined, not when it runs', () => {
  expect(() => arrayOf('point')).toThrow('arrays of point');
});
