import { drizzle } from 'drizzle-orm/node-postgres';
import type { Reader } from '../database/page.ts';
import { explainAsPlanned, type PlanNode } from './explain.ts';
import type { TestDatabase } from './test-database.ts';

/** What the statements of a list read: rows and pages, and the texts of those that read a whole table. */
export type ListCost = { rows: number; pages: number; scans: string[] };

type Statement = { text: string; values?: readonly unknown[] };

const rowsRead = (nodes: readonly PlanNode[]): number =>
  nodes
    .filter((node) => node['Node Type'].includes('Scan'))
    .reduce(
      (sum, node) => sum + (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'],
      0,
    );

/** Runs `list`, and then each of its statements again under EXPLAIN, with the planner's usual settings. */
export async function costOfList(
  database: TestDatabase,
  list: (reader: Reader) => Promise<unknown>,
): Promise<ListCost> {
  const statements: Statement[] = [];
  await list(drizzle(database.pool, { logger: { logQuery: (text, values) => statements.push({ text, values }) } }));
  return costOfStatements(database, statements);
}

/** The same for reads that send their statements to the pool. */
export async function costOfReads(
  database: TestDatabase,
  reads: (on: Pick<TestDatabase, 'pool'>) => Promise<unknown>,
): Promise<ListCost> {
  const sent: Statement[] = [];
  const query = async (given: string | Statement) => {
    const { text, values = [] } = typeof given === 'string' ? { text: given } : given;
    sent.push({ text, values });
    return database.pool.query(text, [...values]);
  };
  await reads({ pool: Object.assign(Object.create(database.pool), { query }) });
  return costOfStatements(database, sent);
}

async function costOfStatements(database: TestDatabase, statements: readonly Statement[]): Promise<ListCost> {
  const cost: ListCost = { rows: 0, pages: 0, scans: [] };
  for (const { text, values = [] } of statements) {
    const plan = await explainAsPlanned(database, text, values);
    if (plan.nodes.some((node) => node['Node Type'] === 'Seq Scan')) cost.scans.push(text);
    cost.rows += rowsRead(plan.nodes);
    cost.pages += plan.pages;
  }
  return cost;
}
