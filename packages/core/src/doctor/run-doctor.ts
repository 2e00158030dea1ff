import type { Database } from '../database/connect.ts';
import { checks, type Check } from './checks.ts';

/** An invariant that doesn't hold: how many rows break it, and up to ten of them. */
export type Violation = Pick<Check, 'name' | 'sentence'> & { count: number; examples: Record<string, unknown>[] };

const examplesMax = 10;

/** Runs every check over one snapshot, so that a live system raises no false alarm. Answers what is broken. */
export async function runDoctor(database: Database): Promise<Violation[]> {
  const client = await database.pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin isolation level repeatable read read only');
    const violations: Violation[] = [];
    for (const { name, sentence, query } of checks) {
      const { rows } = await client.query(
        `select count(*) over ()::int as "violationCount", violation.* from (${query}) as violation limit ${examplesMax}`,
      );
      if (rows.length === 0) continue;
      const examples = rows.map(({ violationCount: _, ...example }) => example);
      violations.push({ name, sentence, count: rows[0].violationCount, examples });
    }
    return violations;
  } catch (error) {
    broken = error as Error;
    throw error;
  } finally {
    await client.query('rollback').catch((error: Error) => (broken = error));
    client.release(broken);
  }
}
