import { connect } from './connect.ts';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '@commerce-core/postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Database } from '@commerce-core/pg-pipeline';
import {
  migrate,
  migrationPlan,
  migrationsFolder,
  MigrationsDiverged,
  pendingMigrations,
  readMigrations,
  type Migration,
} from './migrate.ts';

let url: string;
let drop: () => Promise<void>;
let database: Database;

beforeEach(async () => {
  ({ url, drop } = await createTestDatabase({ template: 'empty', prepare: async () => {} }));
  database = connect({ url });
});
afterEach(async () => {
  await database.close();
  await drop();
});

const step = (name: string, ...statements: string[]): Migration => ({ name, hash: `hash of ${name}`, statements });
const first = step('0000_first', 'create table "commerce"."first" ()');
const second = step('0001_second', 'create table "commerce"."second" ()');
const third = step('0002_third', 'create table "commerce"."third" ()');

const tables = async () => {
  const { rows } = await database.pool.query(
    `select tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  return rows.map(({ tablename }) => tablename as string);
};

describe('migrate', () => {
  test('migrates an empty database to this version once', async () => {
    const names = readMigrations().map(({ name }) => name);
    expect(await pendingMigrations(database)).toEqual(names);
    expect(await migrate(database)).toEqual(names);
    expect(await pendingMigrations(database)).toEqual([]);
    expect(await migrate(database)).toEqual([]);
  });

  test('applies the missing migrations in order', async () => {
    expect(await migrate(database, [first])).toEqual(['0000_first']);
    expect(await pendingMigrations(database, [first, second, third])).toEqual(['0001_second', '0002_third']);
    expect(await migrationPlan(database, [first, second])).toEqual([
      { name: '0001_second', statements: ['create table "commerce"."second" ()'] },
    ]);
    expect(await migrate(database, [first, second, third])).toEqual(['0001_second', '0002_third']);
    expect(await tables()).toEqual(['first', 'migrations', 'second', 'third']);
  });

  test('four processes that start at once all succeed, and each migration is applied once', async () => {
    const processes = Array.from({ length: 4 }, () => connect({ url }));
    try {
      const applied = await Promise.all(processes.map((process) => migrate(process)));
      expect(applied.flat()).toEqual(readMigrations().map(({ name }) => name));
    } finally {
      await Promise.all(processes.map((process) => process.close()));
    }
  });

  test('a migration that fails leaves nothing, and the next call starts from the same state', async () => {
    const broken = step('0001_second', 'create table "commerce"."half" ()', 'create table "commerce"."first" ()');
    await expect(migrate(database, [first, broken])).rejects.toThrow('relation "first" already exists');
    expect(await tables()).toEqual([]);
    expect(await migrate(database, [first, second])).toEqual(['0000_first', '0001_second']);
  });

  test('an edited migration rejects and changes nothing', async () => {
    await migrate(database, [first]);
    const edited = { ...first, hash: 'another' };
    const refusal = 'migration 0000_first was edited after it had been applied';
    await expect(migrate(database, [edited, second])).rejects.toThrow(new MigrationsDiverged(refusal));
    await expect(pendingMigrations(database, [edited, second])).rejects.toThrow(new MigrationsDiverged(refusal));
    expect(await tables()).toEqual(['first', 'migrations']);
  });

  test('a migration that was inserted before an applied one rejects and changes nothing', async () => {
    await migrate(database, [first, third]);
    const refusal = 'migration 2 of the database is 0002_third, of this code 0001_second';
    await expect(migrate(database, [first, second, third])).rejects.toThrow(new MigrationsDiverged(refusal));
    await expect(pendingMigrations(database, [first, second, third])).rejects.toThrow(MigrationsDiverged);
    expect(await tables()).toEqual(['first', 'migrations', 'third']);
  });

  test('a database that is ahead of the code is not changed', async () => {
    await migrate(database, [first, second]);
    expect(await migrate(database, [first])).toEqual([]);
    expect(await pendingMigrations(database, [first])).toEqual([]);
    expect(await tables()).toEqual(['first', 'migrations', 'second']);
  });

  test('migrates each schema of a database on its own', async () => {
    const other = connect({ url, schema: 'another_shop' });
    try {
      await migrate(database, [first]);
      expect(await pendingMigrations(other, [first])).toEqual(['0000_first']);
      await migrate(other, [first]);
      const { rows } = await database.pool.query(
        `select schemaname from pg_tables where tablename = 'first' order by 1`,
      );
      expect(rows.map(({ schemaname }) => schemaname)).toEqual(['another_shop', 'commerce']);
    } finally {
      await other.close();
    }
  });
});

describe('readMigrations', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    cpSync(migrationsFolder, folder, { recursive: true });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('an edit of one space changes a migration’s hash', () => {
    const [before] = readMigrations(folder);
    const file = join(folder, `${before!.name}.sql`);
    writeFileSync(file, `${readFileSync(file, 'utf8')} `);
    const [after] = readMigrations(folder);
    expect(before).toEqual(readMigrations()[0]);
    expect(after!.name).toBe(before!.name);
    expect(after!.hash).not.toBe(before!.hash);
  });
});
