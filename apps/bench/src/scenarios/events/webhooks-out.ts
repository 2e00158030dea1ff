import { randomBytes } from 'node:crypto';
import { summary } from '../../load/measure.ts';
import { count, milliseconds } from '../../report/format.ts';
import { startApi, type Api } from '../../setup/api.ts';
import { uniformShape, usualSeed } from '../orders.ts';
import { WrongResult, type Pair } from '../pair.ts';
import { goalOf, type Bench, type Outcome, type Series } from '../scenario.ts';
import { ourOrders } from '../turns.ts';
import { addEvents, untilNumbered } from './log.ts';
import { startReceiver, type Receiver } from './receiver.ts';
import { until } from './until.ts';

const ordersPerSecond = 200;
const clients = 16;

/** How many events an endpoint that is behind gets in one turn, and how many in one request. */
const backlogs = [
  { label: 'POSTs, one event each', events: 5_000, batchMax: 1 },
  { label: 'events in lists of 100', events: 50_000, batchMax: 100 },
] as const;

/**
 * Measures deliveries to one endpoint whose receiver runs on this machine: of a backlog, and of events as they happen.
 */
export async function measureWebhooksOut(bench: Bench): Promise<Outcome> {
  const database = await bench.server.createDatabase('events_webhooks', usualSeed);
  const env = { WEBHOOK_SECRETS_KEY: randomBytes(32).toString('base64'), WEBHOOK_ALLOW_PRIVATE: 'on' };
  const api = await startApi(database.url, { ...bench.options.env, ...env });
  const receiver = await startReceiver();
  const series = [...backlogs.map(({ label }) => label), 'as they happen'].map((label): Series => ({
    label,
    side: 'ours',
    clients: 1,
    rounds: [],
  }));
  try {
    await untilNumbered(database);
    for (let round = 0; round <= bench.options.rounds; round += 1) {
      for (const [index, backlog] of backlogs.entries()) {
        bench.progress.now(`events, round ${round}: ${backlog.label}`);
        const { nextCursor } = await api.operator.event.list.query({ after: 'now' });
        await addEvents(database, backlog.events);
        await untilNumbered(database);
        const perSecond = await deliverBacklog(api, receiver, nextCursor, backlog);
        // The first round warms up the processes.
        if (round > 0)
          series[index]?.rounds.push({ perSecond, p50Ms: NaN, p99Ms: NaN, succeeded: backlog.events, failed: {} });
        bench.progress.say(`events, round ${round}: ${backlog.label}, ${count(perSecond)} a second`);
      }
      const fresh = await deliverAsTheyHappen(bench, { ours: database, api }, receiver);
      if (round > 0) series.at(-1)?.rounds.push(fresh);
      const { p50Ms, p99Ms } = fresh;
      bench.progress.say(`events, round ${round}: webhook p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)} ms`);
    }
  } finally {
    await api.stop();
    await receiver.close();
    await database.drop();
  }
  return outcomeOf(series);
}

function outcomeOf(series: Series[]): Outcome {
  const [single = [], listed = [], fresh = []] = series.map(({ rounds }) => rounds);
  return {
    series,
    goals: [
      goalOf(
        'POSTs a second to an endpoint',
        '≥',
        2_000,
        single.map(({ perSecond }) => perSecond),
      ),
      goalOf(
        'events a second to an endpoint, in lists',
        '≥',
        20_000,
        listed.map(({ perSecond }) => perSecond),
      ),
      goalOf(
        'webhook as it happens, p50 ms',
        '≤',
        15,
        fresh.map(({ p50Ms }) => p50Ms),
      ),
      goalOf(
        'webhook as it happens, p99 ms',
        '≤',
        60,
        fresh.map(({ p99Ms }) => p99Ms),
      ),
    ],
    notes: [`webhooks: the receiver runs on the same cores; as they happen: at ${ordersPerSecond} orders a second`],
  };
}

type Backlog = { events: number; batchMax: number };

/** Returns how many events a second a new endpoint gets that begins behind `startAt`. */
async function deliverBacklog(
  { operator }: Api,
  { url, counts }: Receiver,
  startAt: string,
  { events, batchMax }: Backlog,
): Promise<number> {
  const before = counts.events;
  const began = performance.now();
  const { id } = await operator.webhookEndpoint.create.mutate({ url, startAt, batchMax });
  await until('the backlog was delivered', () => counts.events >= before + events);
  const seconds = (performance.now() - began) / 1_000;
  await operator.webhookEndpoint.delete.mutate({ endpointId: id });
  if (counts.events !== before + events)
    throw new WrongResult(`${counts.events - before} events were delivered instead of ${events}`);
  return events / seconds;
}

async function deliverAsTheyHappen(bench: Bench, shop: Pick<Pair, 'ours' | 'api'>, { url, counts }: Receiver) {
  const { webhookEndpoint } = shop.api.operator;
  const { id } = await webhookEndpoint.create.mutate({ url });
  const before = counts.events;
  counts.agesMs.length = 0;
  const loaded = await ourOrders(bench, shop, uniformShape, { clients, rate: ordersPerSecond })();
  await until('the orders’ events were delivered', () => counts.events >= before + loaded.succeeded);
  await webhookEndpoint.delete.mutate({ endpointId: id });
  return { ...summary(counts.agesMs, loaded.succeeded / ordersPerSecond), succeeded: loaded.succeeded, failed: {} };
}
