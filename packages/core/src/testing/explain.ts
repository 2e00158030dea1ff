import type { TestDatabase } from './test-database.ts';

/** A step of a plan of PostgreSQL. */
export type PlanNode = {
  'Node Type': string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
};

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

const planOf = ({ rows }: { rows: { 'QUERY PLAN': { Plan: PlanNode & Buffers }[] }[] }) => {
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
  if (!plan) throw new Error('EXPLAIN returned no plan');
  return { nodes: nodesOf(plan), pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] };
};

type Buffers = { 'Shared Hit Blocks': number; 'Shared Read Blocks': number };

/** Runs a query with the planner's usual settings. Returns the nodes of its plan, and how many pages it read. */
export const explainAsPlanned = async (
  { pool }: Pick<TestDatabase, 'pool'>,
  text: string,
  values: readonly unknown[],
) => planOf(await pool.query({ text: `explain (analyze, buffers, format json) ${text}`, values: [...values] }));

/**
 * Runs a statement with the planner's settings of a flow's transaction, and with further ones, and rolls back.
 * @param settings calls of `set_config`
 * @returns the nodes of its plan, and how many pages it read
 */
export async function explain(
  database: TestDatabase,
  text: string,
  values: readonly unknown[],
  settings = '',
): Promise<{ nodes: PlanNode[]; pages: number }> {
  const client = await database.pool.connect();
  try {
    await client.query(
      `begin; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off;
       select ${settings}`,
    );
    return planOf(await client.query({ text: `explain (analyze, buffers, format json) ${text}`, values: [...values] }));
  } finally {
    await client.query('rollback');
    client.release();
  }
}
