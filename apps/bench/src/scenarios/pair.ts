import type { Measured } from '../load/measure.ts';
import type { Loaded } from '../load/job.ts';
import { startApi, type Api } from '../setup/api.ts';
import { cpuSeconds } from '../setup/cpu-time.ts';
import type { Seed } from '../setup/seed.ts';
import { askDoctor, type BenchDatabase } from '../setup/server.ts';
import type { Bench } from './scenario.ts';

/** Two databases with the same content: one for the floor, one with an API on it. */
export type Pair = { floor: BenchDatabase; ours: BenchDatabase; api: Api };

/** A fast wrong answer is no answer: the bench fails with this. */
export class WrongResult extends Error {
  override readonly name = 'WrongResult';
}

/** Sets up a pair, and when all was measured lets the doctor look at both databases. @throws WrongResult */
export async function withPair<T>(bench: Bench, content: Seed, work: (pair: Pair) => Promise<T>): Promise<T> {
  const { server, progress } = bench;
  const filling = (done: number) => progress.now(`filling a database, ${Math.round(done * 100)} %`);
  const floor = await server.createDatabase('floor', content, filling);
  const ours = await server.createDatabase('ours', content);
  try {
    const api = await startApi(ours.url, bench.options.env);
    try {
      const result = await work({ floor, ours, api });
      progress.now('asking the doctor');
      // Most of it is one query after the other on one core each.
      await Promise.all([expectHealthy('the core', ours), expectHealthy('the floor', floor)]);
      return result;
    } finally {
      await api.stop();
    }
  } finally {
    await floor.drop();
    await ours.drop();
  }
}

/** @throws WrongResult when the doctor finds something */
export async function expectHealthy(whose: string, database: BenchDatabase): Promise<void> {
  const violations = await askDoctor(database);
  if (violations.length > 0)
    throw new WrongResult(`the doctor found in the database of ${whose}: ${violations.join('; ')}`);
}

/** What a turn writes to, and the process whose CPU time counts with PostgreSQL's. */
type Counted = { database: BenchDatabase; table: 'orders' | 'gateway_events'; node?: number };

/** A turn after which exactly what was acknowledged must be there. @throws WrongResult */
export async function counted<M extends Measured | Loaded>(
  { server }: Bench,
  { database, table, node }: Counted,
  turn: () => Promise<M>,
): Promise<M> {
  const rows = async (where = '', values: unknown[] = []) => {
    const sql = `select count(*)::int as n from commerce.${table} ${where}`;
    return (await database.query<{ n: number }>(sql, values))[0]!.n;
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
      throw new WrongResult(`of ${result.ids.length} acknowledged ids ${found} are in ${table}`);
    }
  }
  const [postgres, own] = spentAfter.map((seconds, index) =>
    seconds === undefined ? undefined : ((seconds - (spentBefore[index] ?? 0)) / result.succeeded) * 1e6,
  );
  return { ...result, ...(postgres === undefined ? {} : { cpuUs: { postgres, node: own } }) };
}

/** No call may have failed, where none is meant to. @throws WrongResult */
export function expectNoFailures({ failed }: Measured): void {
  const kinds = Object.entries(failed).map(([kind, count]) => `${kind}: ${count}`);
  if (kinds.length > 0) throw new WrongResult(`calls failed: ${kinds.join(', ')}`);
}
