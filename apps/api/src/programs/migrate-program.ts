import { parseArgs } from 'node:util';
import { migrationPlan, type Database } from '@commerce-core/core';
import { readDatabaseEnv } from '../config/env.ts';
import { openDatabase, migrateDatabase, placeOf } from '../start-database.ts';
import type { Program } from './program.ts';

const usage = `Shows which migrations the database lacks, and applies them in one transaction.

  DATABASE_URL=postgres://… npm run migrate -- [--plan] [--sql]

  --plan   only shows them: nothing is changed
  --sql    only shows them, as SQL

The tables that a migration changes are locked until the transaction ends. Several programs may migrate at the same
time: each migration is applied once.`;

const widthMax = 100;

/** The program `npm run migrate`. */
export const migrateProgram: Program = async (args, env, print) => {
  const options = {
    plan: { type: 'boolean' },
    sql: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) {
    print(usage);
    return 0;
  }
  const { DATABASE_URL: url, DATABASE_SCHEMA: schema } = readDatabaseEnv(env);
  const database = await openDatabase({
    url,
    schema,
    poolMax: 2,
    // It sends each statement once, and may run behind a pooler.
    preparedStatements: false,
    applicationName: 'commerce-migrate',
    waitMaxMs: 20_000,
  });
  try {
    if (values.sql) await printSql(database, print);
    else await planAndMigrate(database, placeOf(url), values.plan === true, print);
    return 0;
  } finally {
    await database.close();
  }
};

async function planAndMigrate(
  database: Database,
  place: string,
  onlyPlan: boolean,
  print: (line: string) => void,
): Promise<void> {
  const plan = await migrationPlan(database);
  const many = plan.length === 1 ? '1 migration is' : `${plan.length} migrations are`;
  print(plan.length === 0 ? `${place} lacks no migration.` : `${many} missing at ${place}, schema ${database.schema}:`);
  for (const { name, statements } of plan) {
    print(`  ${name}`);
    for (const statement of statements) print(`    ${headOf(statement)}`);
  }
  if (onlyPlan || plan.length === 0) return;
  const begun = performance.now();
  const applied = await migrateDatabase(database, place);
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  print(
    applied.length === plan.length ? `All are applied, in ${seconds} s.` : `Applied: ${applied.join(', ') || 'none'}.`,
  );
}

async function printSql(database: Database, print: (line: string) => void): Promise<void> {
  for (const { name, statements } of await migrationPlan(database)) {
    print(`-- ${name}`);
    for (const statement of statements) print(`${statement.trim().replace(/;$/, '')};`);
  }
}

/** The beginning of a statement, on one line. */
function headOf(statement: string): string {
  const line = statement
    .replace(/^\s*--.*$/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= widthMax ? line : `${line.slice(0, widthMax - 1)}…`;
}
