import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, Loaded } from '../load/job.ts';
import { readCpuProfile, type CpuShares } from '../report/cpu-profile.ts';
import { count } from '../report/format.ts';
import { startApi, type Api } from '../setup/api.ts';
import { cpuSeconds } from '../setup/cpu-time.ts';
import { scratchFolder } from '../setup/scratch.ts';
import { startBenchServer, type BenchDatabase } from '../setup/server.ts';
import { uniformShape } from './orders.ts';
import { expectNoFailures } from './pair.ts';
import type { Bench, Scenario } from './scenario.ts';

const clients = 64;
const waiting = 60_000;

/** Profiles Node and PostgreSQL while 64 clients place orders, and while webhooks pay them. */
export const profile: Scenario = {
  name: 'profile',
  title: `where the time goes at ${clients} clients`,
  long: true,
  takes: ({ seconds }) => 2 * (seconds + 5) + 25,
  async run(bench) {
    // A separate server, because pg_stat_statements would slow down the other scenarios.
    const server = await startBenchServer({ shared_preload_libraries: 'pg_stat_statements' });
    try {
      const database = await server.createDatabase('profiled', { products: 1_000, orders: 10_000, waiting });
      await database.query('create extension pg_stat_statements');
      const window = { warmMs: 2_000, measureMs: bench.options.seconds * 1_000, clients };
      const orders = await profiled(bench, database, server.pid, 'order.create', ({ url, tokenSecret }) => ({
        kind: 'orders',
        url,
        tokenSecret,
        shape: uniformShape,
        ...window,
      }));
      const webhooks = await profiled(bench, database, server.pid, 'webhook', ({ url, webhookSecret }) => ({
        kind: 'webhooks',
        url,
        secret: webhookSecret,
        from: 1,
        to: waiting,
        ...window,
      }));
      await database.drop();
      return { series: [], goals: [], notes: [...orders, '', ...webhooks] };
    } finally {
      await server.stop();
    }
  },
};

async function profiled(
  bench: Bench,
  database: BenchDatabase,
  postmaster: number,
  name: string,
  jobFor: (api: Api) => Job,
): Promise<string[]> {
  const folder = scratchFolder('profile');
  bench.progress.now(`profiling ${name}`);
  const began = performance.now();
  const api = await startApi(database.url, bench.options.env, [
    '--cpu-prof',
    '--cpu-prof-interval=500',
    `--cpu-prof-dir=${folder}`,
  ]);
  try {
    await database.query('select pg_stat_statements_reset()');
    const cpu = () => [cpuSeconds(api.pid), cpuSeconds(postmaster, { family: true })] as const;
    const before = cpu();
    const from = performance.now() - began;
    const loaded = await bench.load.run(jobFor(api));
    const to = performance.now() - began;
    const after = cpu();
    expectNoFailures(loaded);
    const statements = await slowest(database, loaded);
    await api.stop();
    const [file = ''] = readdirSync(folder);
    const [node = NaN, postgres = NaN] = before.map((seconds, index) => (after[index] ?? NaN) - (seconds ?? NaN));
    const microseconds = (seconds: number) => `${count((seconds / loaded.succeeded) * 1e6)} µs`;
    return [
      `${name}: ${count(loaded.perSecond)} a second; CPU each: Node ${microseconds(node)}, ` +
        `PostgreSQL ${microseconds(postgres)}`,
      ...renderShares(readCpuProfile(join(folder, file), from, to)),
      'PostgreSQL, time in statements:',
      ...statements,
    ];
  } finally {
    await api.stop();
  }
}

function renderShares({ busy, byOwner, byFunction, byCause }: CpuShares): string[] {
  const lines = (shares: CpuShares['byOwner'], most: number) =>
    shares.slice(0, most).map(([what, share]) => `${(share * 100).toFixed(1).padStart(5)} %  ${what}`);
  return [
    `Node, busy ${Math.round(busy * 100)} % of the time; by owner of the code:`,
    ...lines(byOwner, 24),
    'in our functions, with the library functions that they call:',
    ...lines(byCause, 30),
    'the most expensive functions, without their callees:',
    ...lines(byFunction, 30),
  ];
}

async function slowest(database: BenchDatabase, { succeeded }: Loaded): Promise<string[]> {
  const rows = await database.query<{ query: string; calls: number; ms: number }>(`
    select query, calls::int, total_exec_time as ms from pg_stat_statements order by total_exec_time desc limit 16`);
  return rows.map(({ query, calls, ms }) => {
    const text = query.replaceAll(/\s+/g, ' ').replaceAll('"', '').slice(0, 48);
    return (
      `${count((ms * 1000) / succeeded).padStart(5)} µs each, ${(succeeded / calls).toFixed(1).padStart(5)} ` +
      `a call  ${text}`
    );
  });
}
