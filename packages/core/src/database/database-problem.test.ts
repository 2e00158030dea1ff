import { statements } from '@commerce-core/pg-pipeline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { connect } from './connect.ts';
import { changingTables, databaseProblem, problemOf } from './database-problem.ts';
import '../commerce.ts';

let base: TestDatabase;
beforeAll(async () => {
  base = await openTestDatabase();
});
afterAll(() => base.drop());

const usable = {
  version: 18,
  encoding: 'UTF8',
  isStandby: false,
  isReadOnly: false,
  dateStyle: 'ISO, MDY',
  clientEncoding: 'UTF8',
  backslashes: 'on',
  replicationRole: 'origin',
  shadow: null,
  closedTables: [],
};

test.each([
  [{ version: 14 }, 'it is PostgreSQL 14, and the oldest that works is 15'],
  [{ encoding: 'SQL_ASCII' }, 'its encoding is SQL_ASCII'],
  [{ isStandby: true, isReadOnly: true }, 'it is a standby'],
  [{ isReadOnly: true }, 'it is read-only'],
  [{ dateStyle: 'German, DMY' }, 'its DateStyle is German although the program asked for ISO'],
  [{ clientEncoding: 'EUC_KR' }, 'its client_encoding is EUC_KR although the program asked for UTF8'],
  [{ backslashes: 'off' }, 'its standard_conforming_strings is off although'],
  [{ replicationRole: 'replica' }, 'session_replication_role is replica'],
  [{ shadow: 'own.now()' }, 'its search_path puts own.now() before'],
  [{ closedTables: ['orders', 'stocks'] }, 'its user may not read and write orders, stocks;'],
])('a database that differs by %o is refused with one sentence', (difference, sentence) => {
  const problem = problemOf({ ...usable, ...difference }, 'shop');
  expect(problem).toContain(sentence);
  expect(problem).not.toMatch(/\n|\.$/);
});

test('a migrated database has no problem, and neither has one without the schema', async () => {
  expect(await databaseProblem(base)).toBeUndefined();
  const other = connect({ url: base.url, schema: 'not_there' });
  expect(await databaseProblem(other)).toBeUndefined();
  await other.close();
});

test.each(['LATIN1', 'SQL_ASCII', 'EUC_KR'])('a database in %s is refused', async (encoding) => {
  const name = `encoded_${crypto.randomUUID().replaceAll('-', '')}`;
  await base.pool.query(`create database ${name} encoding '${encoding}' locale 'C' template template0`);
  const database = connect({ url: Object.assign(new URL(base.url), { pathname: `/${name}` }).href });
  expect(await databaseProblem(database)).toContain(`its encoding is ${encoding}`);
  await database.close();
  await base.pool.query(`drop database ${name}`);
});

describe('the tables that the user must be able to change', () => {
  const changed = [...statements.values()].flatMap((text) =>
    [...text.matchAll(/(?:update|delete from) "commerce"\."(\w+)"/g)].map(([, table]) => table),
  );

  test('contain every table that a prepared statement changes', () => {
    expect(changed.length).toBeGreaterThan(5);
    expect(changingTables).toEqual(expect.arrayContaining(changed));
  });

  test('exist', async () => {
    const { rows } = await base.pool.query(
      `select relname from pg_class where relnamespace = 'commerce'::regnamespace and relname = any($1) order by 1`,
      [changingTables],
    );
    expect(rows.map(({ relname }) => relname)).toEqual(changingTables);
  });
});
