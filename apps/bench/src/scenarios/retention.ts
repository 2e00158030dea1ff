import { setTimeout as sleep } from 'node:timers/promises';
import { startApi, type Api } from '../setup/api.ts';
import type { BenchDatabase } from '../setup/server.ts';
import { count } from '../report/format.ts';
import { spreadOf } from '../report/spread.ts';
import { uniformShape, usualSeed } from './orders.ts';
import { expectHealthy } from './pair.ts';
import { goal, rates, type Bench, type Outcome, type Scenario } from './scenario.ts';
import { ourOrders, takeTurns, turnSeconds } from './turns.ts';

const clients = 64;
/** Rows of each rule that a turn finds: more than it can remove, so that it never runs out of them. */
const rowsPerSecond = 10_000;

type Removed = { rule: string; perSecond: number };

/** Places orders while the jobs of the same process have nothing to remove, and while they have a backlog. */
export const retention: Scenario = {
  name: 'retention',
  title: 'order.create while retention removes a backlog, 1,000 products, 2 lines',
  long: true,
  takes: ({ rounds, seconds }) =>
    turnSeconds(rounds, seconds, [
      ['ours', clients],
      ['ours', clients],
    ]) +
    rounds * seconds * 4 +
    20,
  async run(bench) {
    const database = await bench.server.createDatabase('retention', usualSeed);
    try {
      const api = await startApi(database.url, bench.options.env);
      try {
        return await measure(bench, database, api);
      } finally {
        await api.stop();
      }
    } finally {
      await database.drop();
    }
  },
};

async function measure(bench: Bench, database: BenchDatabase, api: Api): Promise<Outcome> {
  const orders = ourOrders(bench, { ours: database, api }, uniformShape, { clients });
  const removed: Removed[] = [];
  const during = async () => {
    await addBacklog(database, rowsPerSecond * (bench.options.seconds + 1));
    // The other turn follows a checkpoint, too. Old rows are on the disk, and their pages are not dirty.
    await bench.server.checkpoint();
    const before = await countLeft(database);
    const begin = performance.now();
    await database.query('update commerce.retention_rules set due_at = now()');
    const measured = await orders();
    const seconds = (performance.now() - begin) / 1_000;
    const after = await countLeft(database);
    for (const [rule, left] of Object.entries(after))
      removed.push({ rule, perSecond: ((before[rule] ?? 0) - left) / seconds });
    await dropBacklog(database);
    return measured;
  };
  const series = await takeTurns(bench, 'retention', [
    { label: 'nothing to remove', side: 'ours', clients, turn: orders },
    { label: 'removing a backlog', side: 'ours', clients, turn: during },
  ]);
  await expectHealthy('the core', database);
  const [idle = [], busy = []] = series.map(rates);
  const notes = [...Map.groupBy(removed, ({ rule }) => rule)].map(([rule, turns]) => {
    const { median, least, most } = spreadOf(turns.map(({ perSecond }) => perSecond));
    return `${rule}: ${count(median)} rows a second removed meanwhile (${count(least)} to ${count(most)})`;
  });
  return { series, goals: [goal('removing a backlog / nothing to remove', '≥', 0.8, busy, idle)], notes };
}

/** Adds gateway events with bodies of 1 kB that came 200 days ago, and keys that have expired. */
async function addBacklog(database: BenchDatabase, rows: number): Promise<void> {
  await database.query(`update commerce.retention_rules set walked_to = null`);
  await database.query(
    `insert into commerce.gateway_events (id, provider, provider_event_id, type, amount, currency, fingerprint,
      raw_body, outcome,
       attempts, due_at, received_at, decided_at)
     select (lpad(to_hex((extract(epoch from came) * 1000)::bigint), 12, '0') || '7000' || right(md5(random()::text),
       16))::uuid,
       'mock', md5(random()::text), 'OTHER', 0, 'XXX', 'f', convert_to(rpad(md5(n::text), 1000, md5(n::text)), 'UTF8'),
       'IGNORED_UNKNOWN',
       1, null, came, came
     from (select n, now() - interval '200 days' + n * interval '1 ms' as came from generate_series(1, $1::int) n) old`,
    [rows],
  );
  await database.query(
    `insert into commerce.idempotency_keys (scope, key, procedure, fingerprint, answer, expires_at)
     select 'old', md5(random()::text), 'order.create', sha256('x'), json_build_object('value', repeat('x', 800)),
       now() - interval '10 minutes' + n * interval '1 ms'
     from generate_series(1, $1::int) n`,
    [rows],
  );
  await database.query('analyze commerce.gateway_events, commerce.idempotency_keys');
}

async function countLeft(database: BenchDatabase): Promise<Record<string, number>> {
  const [left] = await database.query<Record<string, number>>(
    `select (select count(*)::int from commerce.gateway_events where raw_body is not null) as "gateway_event_bodies",
       (select count(*)::int from commerce.idempotency_keys where scope = 'old') as "idempotency_keys"`,
  );
  return left ?? {};
}

/** Removes what the turn has left, and waits until the job has seen it, so that the next turn has nothing to remove. */
async function dropBacklog(database: BenchDatabase): Promise<void> {
  await database.query(`delete from commerce.idempotency_keys where scope = 'old'`);
  await database.query(`delete from commerce.gateway_events where type = 'OTHER'`);
  const isDue = async () =>
    (await database.query<{ due: boolean }>('select min(due_at) <= now() as due from commerce.retention_rules'))[0]
      ?.due;
  while (await isDue()) await sleep(100);
  await database.query('vacuum (analyze) commerce.gateway_events, commerce.idempotency_keys');
}
