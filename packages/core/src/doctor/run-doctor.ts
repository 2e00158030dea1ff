import type { ClientBase, CustomTypesConfig } from 'pg';
import pg from 'pg';
import { type Database, sqlState } from '@commerce-core/pg-pipeline';
import type { Check } from './check.ts';
import { checks } from './checks.ts';

/** An invariant that doesn't hold: how many rows break it, and up to ten of them. */
export type Violation = Pick<Check, 'name' | 'sentence'> & { count: number; examples: Record<string, unknown>[] };

const examplesMax = 10;

const { INT8, NUMERIC } = pg.types.builtins;

/** Amounts and sums as numbers: text, pg's own way with 64 bits, says less to who reads an example. */
const readable: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

// work_mem: the usual 4 MB would send the joins and sorts through files. jit: none of these queries is worth it.
// Whole tables are compared. On statistics from when a table was small the planner would look each row up in another one
// by scanning it: minutes, where hashing takes a second.
const begin = `begin isolation level repeatable read read only;
set local work_mem = '64MB';
set local enable_nestloop = off;
set local jit = off`;

/**
 * Runs every check over one snapshot, so that a live system raises no false alarm. Answers what is broken.
 * @throws Error when the whole takes longer than `withinMs`, 10 minutes unless said
 */
export async function runDoctor(database: Database, { withinMs = 600_000 } = {}): Promise<Violation[]> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    return await runChecks(client, checks, performance.now() + withinMs);
  } finally {
    await client.query('rollback').catch((error: Error) => (broken = error));
    client.release(broken);
  }
}

/** Runs checks in the transaction that `client` is in, until `endsAt` on the clock of `performance.now()`. */
export async function runChecks(client: ClientBase, all: readonly Check[], endsAt = Infinity): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const check of all) {
    const violation = await run(client, check, endsAt);
    if (violation) violations.push(violation);
  }
  return violations;
}

async function run(client: ClientBase, check: Check, endsAt: number): Promise<Violation | undefined> {
  const { name, sentence, query } = check;
  // Of a time-out 0 means none, so what is used up still has its millisecond.
  const leftMs = Number.isFinite(endsAt) ? Math.max(1, Math.floor(endsAt - performance.now())) : 0;
  await client.query(`set local statement_timeout = ${leftMs}`);
  const text = `
    select count(*) over () as "violationCount", violation.* from (${query}) as violation limit ${examplesMax}`;
  try {
    const { rows } = await client.query({ text, types: readable });
    if (rows.length === 0) return undefined;
    const examples = rows.map(({ violationCount: _, ...example }) => example);
    return { name, sentence, count: rows[0].violationCount, examples };
  } catch (error) {
    if (sqlState(error) !== '57014') throw error;
    throw new Error(`the doctor ran out of time at the check ${name}`, { cause: error });
  }
}
