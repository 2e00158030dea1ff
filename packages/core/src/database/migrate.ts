import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { queryWithTimeout, type Database } from '@commerce-core/pg-pipeline';

export const migrationsFolder = join(import.meta.dirname, '../../migrations');

export type Migration = { name: string; hash: string; statements: string[] };

/** The migrations of this version of the code, in the order of drizzle-kit's journal. */
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

/** The database's migrations and the code's are not one history. */
export class MigrationsDiverged extends Error {
  override readonly name = 'MigrationsDiverged';
}

// Two constants of our own in the space of advisory locks, so that other programs' locks don't meet ours.
const lock = 'select pg_advisory_xact_lock(1668115821, 1)';

const ledger = `create schema if not exists "commerce";
create table if not exists "commerce"."migrations" (
  position integer primary key,
  name text not null unique,
  hash text not null,
  applied_at timestamptz not null default now()
)`;

const ledgerEntries = 'select name, hash from "commerce"."migrations" order by position';

/**
 * Brings the database to this version of the code: everything missing in one transaction, behind a lock, so that many
 * processes may start at once. A database that is ahead is left alone, for a release that is rolled out step by step.
 * @returns the names of the migrations that were applied now
 * @throws MigrationsDiverged when an applied migration was edited or another one slipped in before it
 */
export async function migrate(database: Database, migrations = readMigrations()): Promise<string[]> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    await client.query(lock);
    await client.query(ledger);
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

// For each of two look-ups: whoever asks this wants to know whether there is a database to work with.
const answerMs = 2_000;

/** The names of migrations that the database still lacks. @throws MigrationsDiverged as `migrate` does */
export async function pendingMigrations(database: Database, migrations = readMigrations()): Promise<string[]> {
  const { pool, schema } = database;
  const { rows } = await pool.query(
    queryWithTimeout(answerMs, 'select to_regclass($1) is not null as there', [`${schema}.migrations`]),
  );
  const done = rows[0].there ? (await pool.query<Applied>(queryWithTimeout(answerMs, ledgerEntries))).rows : [];
  return missingFrom(done, migrations).map(({ name }) => name);
}

function missingFrom(done: readonly Applied[], migrations: readonly Migration[]) {
  done.slice(0, migrations.length).forEach(({ name, hash }, index) => {
    const { name: expected, hash: expectedHash } = migrations[index]!;
    if (name !== expected) {
      throw new MigrationsDiverged(`migration ${index + 1} of the database is ${name}, of this code ${expected}`);
    }
    if (hash !== expectedHash) throw new MigrationsDiverged(`migration ${name} was edited after it had been applied`);
  });
  return migrations.map((migration, position) => ({ ...migration, position })).slice(done.length);
}
