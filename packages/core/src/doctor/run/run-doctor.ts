import type { ClientBase, CustomTypesConfig } from 'pg';
import pg from 'pg';
import { type Database, sqlState } from '@commerce-core/pg-pipeline';
import { adviceFor } from '../advice.ts';
import type { Check } from '../check.ts';
import { checks } from '../checks.ts';

/** An invariant that does not hold: what to do about it, the number of rows that break it, and up to 10 of them. */
export type Violation = Pick<Check, 'name' | 'sentence'> & {
  /** What an operator does first. */
  advice: string;
  count: number;
  examples: Record<string, unknown>[];
};

const examplesMax = 10;

const { INT8, NUMERIC } = pg.types.builtins;

/** Returns amounts and sums as numbers; pg's default for 64 bits is text. */
const readable: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

// work_mem: with the usual 4 MB, joins and sorts would use files. jit: compiling these queries costs more than it
// saves. enable_nestloop: the queries compare whole tables. With old statistics the planner would scan one table for
// each row of another, which takes minutes where a hash join takes a second.
const begin = `begin isolation level repeatable read read only;
set local work_mem = '64MB';
set local enable_nestloop = off;
set local jit = off`;

/**
 * Runs all checks on one snapshot, so that a running shop causes no false alarm.
 * @param withinMs time limit for all checks together, in milliseconds; defaults to 10 minutes
 * @returns the invariants that do not hold
 * @throws Error when the checks take longer than `withinMs`
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

/** Runs checks in the open transaction of `client`, until `endsAt` on the clock of `performance.now()`. */
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
  // A statement_timeout of 0 means no limit, so at least 1 ms is left.
  const leftMs = Number.isFinite(endsAt) ? Math.max(1, Math.floor(endsAt - performance.now())) : 0;
  await client.query(`set local statement_timeout = ${leftMs}`);
  const text = `
    select count(*) over () as "violationCount", violation.* from (${query}) as violation limit ${examplesMax}`;
  try {
    const { rows } = await client.query({ text, types: readable });
    if (rows.length === 0) return undefined;
    const examples = rows.map(({ violationCount: _, ...example }) => example);
    return { name, sentence, advice: adviceFor(check), count: rows[0].violationCount, examples };
  } catch (error) {
    if (sqlState(error) !== '57014') throw error;
    throw new Error(`the doctor ran out of time at the check ${name}`, { cause: error });
  }
}
