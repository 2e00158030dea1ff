import { Agent, request, type ClientRequest } from 'node:http';
import { signTokens } from '../../load/customer-tokens.ts';
import { summary } from '../../load/measure.ts';
import { count } from '../../report/format.ts';
import { startApi, type Api } from '../../setup/api.ts';
import { orderId } from '../../setup/ids.ts';
import { rssMb } from '../../setup/rss.ts';
import { expectNoFailures } from '../pair.ts';
import { goalOf, type Bench, type Goal, type Outcome, type Series } from '../scenario.ts';
import { windowOf } from '../turns.ts';
import { until } from './until.ts';

const watchers = 5_000;
const openAtOnce = 50;
const webhooksPerSecond = 200;
const clients = 16;

type Watcher = { request: ClientRequest; seen: number };

/**
 * Measures 5,000 shoppers who each watch their own order while orders are paid, and the memory of the API with them.
 */
export async function measureLiveClients(bench: Bench): Promise<Outcome> {
  const { options, progress, server } = bench;
  const database = await server.createDatabase('events_live', { products: 1_000, orders: 0, waiting: watchers });
  const api = await startApi(database.url, { ...options.env, CONNECTIONS_MAX: String(watchers + 200) });
  const agesMs: number[] = [];
  const series: Series = { label: `to ${count(watchers)} watchers`, side: 'ours', clients, rounds: [] };
  const memory: number[] = [];
  let opened: Watcher[] = [];
  try {
    const before = await rssMb(api.pid);
    progress.now(`events: opening ${count(watchers)} streams`);
    opened = await watchAll(api, agesMs);
    memory.push(await rssMb(api.pid));
    let paid = 0;
    for (let round = 0; round <= options.rounds; round += 1) {
      agesMs.length = 0;
      const succeeded = await payMore(bench, api, paid + 1);
      paid += succeeded;
      // The first round warms up.
      if (round > 0) {
        const measured = summary(agesMs, succeeded / webhooksPerSecond);
        series.rounds.push({ ...measured, succeeded: agesMs.length, failed: {} });
      }
      memory.push(await rssMb(api.pid));
      progress.say(
        `events, round ${round}: ${count(paid)} of ${count(watchers)} orders paid, ${count(memory.at(-1) ?? NaN)} MB`,
      );
    }
    await until('each watcher of a paid order was told', () => opened.filter(({ seen }) => seen > 1).length >= paid);
    const notes = [
      `streams: order.watch of ${count(watchers)} orders; memory of the API before them: ${count(before)} MB`,
    ];
    return { series: [series], goals: goalsOf(memory, series), notes };
  } finally {
    for (const { request } of opened) request.destroy();
    await api.stop();
    await database.drop();
  }
}

/** Pays orders from number `from` on, for the time of one turn. Returns how many. */
async function payMore(bench: Bench, { url, webhookSecret: secret }: Api, from: number): Promise<number> {
  const window = windowOf(bench, 'ours', clients);
  const job = { kind: 'webhooks', url, secret, from, to: watchers, clients, rate: webhooksPerSecond } as const;
  const loaded = await bench.load.run({ ...job, ...window });
  expectNoFailures(loaded);
  return loaded.succeeded;
}

const goalsOf = (memory: readonly number[], { rounds }: Series): Goal[] => [
  goalOf(`memory with ${count(watchers)} streams, MB`, '≤', 300, memory),
  goalOf(
    'change at its watcher, p99 ms',
    '≤',
    100,
    rounds.map(({ p99Ms }) => p99Ms),
  ),
];

/** Opens a stream of each seeded order for its customer, and returns when each has sent the order. */
async function watchAll(api: Api, agesMs: number[]): Promise<Watcher[]> {
  const tokens = await signTokens(api.tokenSecret, watchers + 1);
  const agent = new Agent({ keepAlive: false });
  const opened: Watcher[] = [];
  const numbers = Array.from({ length: watchers }, (_, index) => index + 1).values();
  await Promise.all(
    Array.from({ length: openAtOnce }, async () => {
      for (const n of numbers) opened.push(await watch(api, agent, n, tokens[n] ?? '', agesMs));
    }),
  );
  return opened;
}

async function watch(api: Api, agent: Agent, n: number, token: string, agesMs: number[]): Promise<Watcher> {
  const input = encodeURIComponent(JSON.stringify({ orderId: orderId(n) }));
  const sent = request(`${api.url}/trpc/order.watch?input=${input}`, {
    agent,
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  });
  const watcher: Watcher = { request: sent, seen: 0 };
  const first = Promise.withResolvers<void>();
  sent.on('error', first.reject);
  sent.on('response', (response) => {
    response.setEncoding('utf8');
    response.on('error', () => {});
    response.on('data', (chunk: string) => {
      const changed = /"updatedAt":"([^"]+)"/.exec(chunk);
      if (!changed) return;
      watcher.seen += 1;
      if (watcher.seen > 1) agesMs.push(Date.now() - Date.parse(changed[1] ?? ''));
      first.resolve();
    });
    response.once('end', () => first.reject(new Error(`the stream of order ${n} ended with ${response.statusCode}`)));
  });
  sent.end();
  await first.promise;
  return watcher;
}
