import { createClient } from '@commerce-core/client';
import { startApi, startApiProcess } from '../../setup/api.ts';
import { milliseconds } from '../../report/format.ts';
import { spreadOf } from '../../report/spread.ts';
import { uniformShape, usualSeed } from '../orders.ts';
import { expectHealthy } from '../pair.ts';
import { goal, goalOf, type Bench, type Outcome, type Series } from '../scenario.ts';
import { ourOrders } from '../turns.ts';
import { openTransaction } from './stranger.ts';
import { subscribe, type Subscriber } from './stream.ts';

const ordersPerSecond = 500;
const clients = 64;

type Turn = { label: string; subscriber: Subscriber; series: Series };

/**
 * Measures how old an event is when a subscriber gets it, at 500 orders a second: at the process that takes the orders,
 * at another process, and at both while a stranger's transaction is open. The age counts from the begin of the
 * transaction that recorded the event, so it includes that transaction.
 */
export async function measureLatency(bench: Bench): Promise<Outcome> {
  const database = await bench.server.createDatabase('events_latency', usualSeed);
  const api = await startApi(database.url, bench.options.env);
  const other = await startApiProcess(database.url, bench.options.env);
  const subscribers = [
    await subscribe(api.operator),
    await subscribe(createClient({ url: other.url, token: api.apiKey })),
  ] as const;
  const turns = (['', ', open transaction'] as const).map((beside) =>
    (['same process', 'other process'] as const).map((where, index): Turn => {
      const label = `to the ${where}${beside}`;
      const subscriber = subscribers[index] ?? subscribers[0];
      return { label, subscriber, series: { label, side: 'ours', clients, rounds: [] } };
    }),
  );
  const placeOrders = ourOrders(bench, { ours: database, api }, uniformShape, { clients, rate: ordersPerSecond });
  const load = async () => {
    for (const { start } of subscribers) start();
    await placeOrders();
  };
  try {
    bench.progress.now('events: warming up');
    await load();
    for (let round = 1; round <= bench.options.rounds; round += 1) {
      await bench.server.checkpoint();
      for (const [index, both] of turns.entries()) {
        bench.progress.now(`events, round ${round}: ${ordersPerSecond} orders a second`);
        const close = index === 1 ? await openTransaction(database) : async () => {};
        await load();
        await close();
        for (const { label, subscriber, series } of both) {
          const result = subscriber.result();
          series.rounds.push(result);
          const { p50Ms, p99Ms } = result;
          bench.progress.say(
            `events, round ${round}: ${label}, p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)} ms`,
          );
        }
      }
    }
    for (const { stop } of subscribers) stop();
    await expectHealthy('the API', database);
  } finally {
    await other.stop();
    await api.stop();
    await database.drop();
  }
  return outcomeOf(turns.flat().map(({ series }) => series));
}

function outcomeOf(series: Series[]): Outcome {
  const of = (index: number, field: 'p50Ms' | 'p99Ms') => series[index]?.rounds.map((round) => round[field]) ?? [];
  return {
    series,
    goals: [
      goalOf('event at the same process, p50 ms', '≤', 5, of(0, 'p50Ms')),
      goalOf('event at the same process, p99 ms', '≤', 20, of(0, 'p99Ms')),
      goalOf('event at another process, p50 ms', '≤', 20, of(1, 'p50Ms')),
      goalOf('event at another process, p99 ms', '≤', 50, of(1, 'p99Ms')),
      goal('p99 beside an open transaction / without', '≤', 1.1, of(2, 'p99Ms'), of(0, 'p99Ms')),
    ],
    notes: [
      `events: at ${ordersPerSecond} orders a second, age from the begin of the transaction that recorded the event`,
      `resolution: 1 ms; median of all rounds without the open transaction: ` +
        `${milliseconds(spreadOf(of(0, 'p50Ms')).median)} ms`,
    ],
  };
}
