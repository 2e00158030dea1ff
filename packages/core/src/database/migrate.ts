import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryWithTimeout, renameSchema, type Database } from '@commerce-core/pg-pipeline';

export const migrationsFolder = join(import.meta.dirname, '../../migrations');

export type Migration = { name: string; hash: string; statements: string[] };

/** Returns the migrations of this version of the code, in the order of drizzle-kit's journal. */
export function readMigrations(folder: string = migrationsFolder): Migration[] {
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: { tag: string }[];
  };
  return journal.entries.map(({ tag }) => {
    const text = readFileSync(join(folder, `${tag}.sql`), 'utf8');
    const hash = createHash('sha256').update(text).digest('hex');
    return { name: tag, hash, statements: text.split('--> statement-breakpoint') };
  });
}

type Applied = { name: string; hash: string };

/** The migrations of the database and of the code differ: one was edited, or another one came before it. */
export class MigrationsDiverged extends Error {
  override readonly name = 'MigrationsDiverged';
}

// In a transaction with a snapshot, a process that waited for the lock would not see what another one has migrated.
// Time limits of the database or the user are for short statements. transaction_timeout came with PostgreSQL 17.
const begin = `begin isolation level read committed;
select set_config(name, '0', true) from pg_settings where name in
  ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`;

// A pair of constants for the advisory lock, so that it is none of other programs' locks.
const lock = 'select pg_advisory_xact_lock(1668115821, 1)';

const existing = `select to_regnamespace($1) is not null as "hasSchema",
  to_regclass($1 || '.migrations') is not null as "hasLedger"`;

// PostgreSQL demands the right to create a schema or a table even if it exists. So these run only if they are missing:
// a user who may only read and write rows can start the shop once another one has migrated it.
const createSchema = 'create schema "commerce"';
const createLedger = `create table "commerce"."migrations" (
  position integer primary key,
  name text not null unique,
  hash text not null,
  applied_at timestamptz not null default now()
)`;

const ledgerEntries = 'select name, hash from "commerce"."migrations" order by position';

/**
 * Applies all missing migrations in one transaction, under a lock, so that many processes may start at once. A database
 * that is ahead of the code is not changed, so that a release can be rolled out step by step.
 * @returns the names of the applied migrations
 * @throws MigrationsDiverged when an applied migration was edited or another one slipped in before it
 */
export async function migrate(database: Database, migrations = readMigrations()): Promise<string[]> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    await client.query(lock);
    const [exists] = (await client.query(existing, [database.schema])).rows;
    if (!exists.hasSchema) await client.query(createSchema);
    if (!exists.hasLedger) await client.query(createLedger);
    const missing = missingFrom((await client.query<Applied>(ledgerEntries)).rows, migrations);
    for (const { name, hash, statements, position } of missing) {
      for (const statement of statements) await client.query(statement);
      await client.query('insert into "commerce"."migrations" (position, name, hash) values ($1, $2, $3)', [
        position,
        name,
        hash,
      ]);
    }
    await client.query('commit');
    return missing.map(({ name }) => name);
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}

// For each of two look-ups. The caller checks whether the database is usable, and should not wait for long.
const answerMs = 2_000;

/** Returns the names of the migrations that the database lacks. @throws MigrationsDiverged as `migrate` does */
export async function pendingMigrations(database: Database, migrations = readMigrations()): Promise<string[]> {
  return (await migrationPlan(database, migrations)).map(({ name }) => name);
}

/**
 * Returns what `migrate` would apply now, in this order: the name of each migration with its SQL statements.
 * @throws MigrationsDiverged as `migrate` does
 */
export async function migrationPlan(
  { pool, schema }: Database,
  migrations = readMigrations(),
): Promise<{ name: string; statements: string[] }[]> {
  const { rows } = await pool.query(
    queryWithTimeout(answerMs, 'select to_regclass($1) is not null as there', [`${schema}.migrations`]),
  );
  const done = rows[0].there ? (await pool.query<Applied>(queryWithTimeout(answerMs, ledgerEntries))).rows : [];
  return missingFrom(done, migrations).map(({ name, statements }) => ({
    name,
    statements: statements.map((statement) => renameSchema(statement, 'commerce', schema)),
  }));
}

function missingFrom(done: readonly Applied[], migrations: readonly Migration[]) {
  migrations.slice(0, done.length).forEach(({ name: expected, hash: expectedHash }, index) => {
    const { name, hash } = done[index] ?? {};
    if (name !== expected) {
      throw new MigrationsDiverged(`migration ${index + 1} of the database is ${name}, of this code ${expected}`);
    }
    if (hash !== expectedHash) throw new MigrationsDiverged(`migration ${name} was edited after it had been applied`);
  });
  return migrations.map((migration, position) => ({ ...migration, position })).slice(done.length);
}
