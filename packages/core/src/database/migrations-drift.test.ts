import { connect } from './connect.ts';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase } from '@commerce-core/postgres';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestDatabase } from '../testing/test-database.ts';
import { type Database } from '@commerce-core/pg-pipeline';
import { migrationsFolder } from './migrate.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

let folder: string;
// Below the package: drizzle-kit takes `--out` as a path relative to where it runs.
beforeEach(() => {
  folder = mkdtempSync(join(root, 'node_modules/.migrations-'));
  cpSync(migrationsFolder, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs drizzle-kit on the tables in code. Returns its output. */
async function drizzleKit(command: string, ...rest: string[]): Promise<string> {
  const kit = join(root, 'node_modules/drizzle-kit/bin.cjs');
  const options = ['--dialect', 'postgresql', '--schema', './src/*/tables.ts', ...rest];
  return (await run(process.execPath, [kit, command, ...options], { cwd: root, maxBuffer: 2 ** 24 })).stdout;
}

/** Returns the migrations that drizzle-kit would add. */
async function generate(): Promise<string[]> {
  const before = new Set(readdirSync(folder));
  await drizzleKit('generate', '--out', relative(root, folder));
  const added = readdirSync(folder).filter((name) => !before.has(name));
  return added.map((name) => readFileSync(join(folder, name), 'utf8'));
}

/**
 * Returns every column, constraint and index in PostgreSQL's own words, without triggers and the table of migrations. A
 * migration may add a constraint as NOT VALID, so that it scans no rows.
 */
async function catalogue(database: Database): Promise<string[]> {
  const { rows } = await database.pool.query(`
    with tables as (
      select oid from pg_class
      where relnamespace = 'commerce'::regnamespace and relkind in ('r', 'p') and relname <> 'migrations'
    )
    select format('%s.%s %s%s%s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' end, ' default ' || pg_get_expr(d.adbin, d.adrelid)) as line
    from tables c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    union all
    select format('%s %s %s', conrelid::regclass, conname, replace(pg_get_constraintdef(oid), ' NOT VALID', ''))
      from pg_constraint
    where conrelid in (select oid from tables) and contype <> 't'
    union all
    select replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') from pg_index
      where indrelid in (select oid from tables)
    order by 1`);
  return rows.map(({ line }) => line as string);
}

test('drizzle-kit finds nothing to add to the migrations', async () => {
  expect(await generate()).toEqual([]);
});

test('drizzle-kit finds a table that no migration creates', async () => {
  const snapshots = readdirSync(join(folder, 'meta')).filter((name) => name.endsWith('_snapshot.json'));
  const file = join(folder, 'meta', snapshots.toSorted().at(-1)!);
  const snapshot = JSON.parse(readFileSync(file, 'utf8')) as { tables: Record<string, unknown> };
  delete snapshot.tables['commerce.shipment_lines'];
  writeFileSync(file, JSON.stringify(snapshot));
  expect(await generate()).toEqual([expect.stringContaining('CREATE TABLE "commerce"."shipment_lines"')]);
});

/** The SQL of the functions that a column's default calls. */
function functionsOfMigrations(): string {
  const files = readdirSync(migrationsFolder).filter((name) => name.endsWith('.sql'));
  const texts = files.toSorted().map((name) => readFileSync(join(migrationsFolder, name), 'utf8'));
  return texts.flatMap((text) => text.match(/CREATE FUNCTION "commerce"\."order_number".*?\n\$\$;/gs) ?? []).join('\n');
}

test('the migrations create every column, constraint and index of the tables in code', async () => {
  const migrated = await openTestDatabase();
  const blank = await createTestDatabase({ template: 'empty', prepare: async () => {} });
  const exported = connect({ url: blank.url });
  try {
    // drizzle-kit has no functions: those that tables need are in the migrations alone.
    await exported.pool.query(`create schema commerce; ${functionsOfMigrations()} ${await drizzleKit('export')}`);
    const lines = await catalogue(migrated);
    expect(lines.length).toBeGreaterThan(150);
    expect(lines).toEqual(await catalogue(exported));
  } finally {
    await exported.close();
    await blank.drop();
    await migrated.drop();
  }
});
