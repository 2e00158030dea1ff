import type { Measured } from '../load/measure.ts';
import type { Loaded } from '../load/job.ts';
import { startApi, type Api } from '../setup/api.ts';
import { cpuSeconds } from '../setup/cpu-time.ts';
import type { Seed } from '../setup/seed.ts';
import { runDoctor, type BenchDatabase } from '../setup/server.ts';
import type { Bench } from './scenario.ts';

/** Two databases with the same content: one for the baseline, and one for the API. */
export type Pair = { baseline: BenchDatabase; ours: BenchDatabase; api: Api };

/** Thrown when a result is wrong. The bench then fails, because figures of wrong results mean nothing. */
export class WrongResult extends Error {
  override readonly name = 'WrongResult';
}

/**
 * Runs `work` with a new pair, then the doctor on both databases.
 * @throws WrongResult when the doctor finds violations
 */
export async function withPair<T>(bench: Bench, content: Seed, work: (pair: Pair) => Promise<T>): Promise<T> {
  const { server, progress } = bench;
  const filling = (done: number) => progress.now(`filling a database, ${Math.round(done * 100)} %`);
  const baseline = await server.createDatabase('baseline', content, filling);
  const ours = await server.createDatabase('ours', content);
  try {
    const api = await startApi(ours.url, bench.options.env);
    try {
      const result = await work({ baseline, ours, api });
      progress.now('running the doctor');
      // The doctor runs one query at a time, so two of them use two cores.
      await Promise.all([expectHealthy('the core', ours), expectHealthy('the baseline', baseline)]);
      return result;
    } finally {
      await api.stop();
    }
  } finally {
    await baseline.drop();
    await ours.drop();
  }
}

/** Runs the doctor. @throws WrongResult when it finds violations */
export async function expectHealthy(whose: string, database: BenchDatabase): Promise<void> {
  const violations = await runDoctor(database);
  if (violations.length > 0)
    throw new WrongResult(`the doctor found in the database of ${whose}: ${violations.join('; ')}`);
}

/** The table that a turn writes to, and the process whose CPU time is measured with PostgreSQL's. */
type Counted = { database: BenchDatabase; table: 'orders' | 'gateway_events'; node?: number };

/**
 * Runs a turn, then compares the table with the acknowledged calls.
 *
 * @returns the turn's figures with the CPU times
 * @throws WrongResult when the table has more or fewer new rows, or lacks an acknowledged id
 */
export async function counted<M extends Measured | Loaded>(
  { server }: Bench,
  { database, table, node }: Counted,
  turn: () => Promise<M>,
): Promise<M> {
  const rows = async (where = '', values: unknown[] = []) => {
    const sql = `select count(*)::int as n from commerce.${table} ${where}`;
    return (await database.query<{ n: number }>(sql, values))[0]?.n ?? NaN;
  };
  const cpu = () => [cpuSeconds(server.pid, { family: true }), node && cpuSeconds(node)] as const;
  const before = await rows();
  const spentBefore = cpu();
  const result = await turn();
  const spentAfter = cpu();
  const added = (await rows()) - before;
  if (added !== result.succeeded) {
    throw new WrongResult(`${result.succeeded} calls were acknowledged, but ${added} rows were added to ${table}`);
  }
  if ('ids' in result) {
    const found = await rows('where id = any($1::uuid[])', [result.ids]);
    if (found !== result.ids.length) {
      throw new WrongResult(`${found} of ${result.ids.length} acknowledged ids are in ${table}`);
    }
  }
  const [postgres, own] = spentAfter.map((seconds, index) =>
    seconds === undefined ? undefined : ((seconds - (spentBefore[index] ?? 0)) / result.succeeded) * 1e6,
  );
  return { ...result, ...(postgres === undefined ? {} : { cpuUs: { postgres, node: own } }) };
}

/** Checks that no call failed. @throws WrongResult when one did */
export function expectNoFailures({ failed }: Measured): void {
  const kinds = Object.entries(failed).map(([kind, count]) => `${kind}: ${count}`);
  if (kinds.length > 0) throw new WrongResult(`calls failed: ${kinds.join(', ')}`);
}
