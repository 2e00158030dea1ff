import { startApi, type Api } from '../../setup/api.ts';
import type { BenchDatabase } from '../../setup/server.ts';
import { uniformShape, usualSeed } from '../orders.ts';
import { expectHealthy } from '../pair.ts';
import { goal, rates, type Bench, type Outcome } from '../scenario.ts';
import { ourOrders, takeTurns } from '../turns.ts';
import { subscribe, type Subscriber } from './stream.ts';

const clients = 64;

type Shop = { label: string; database: BenchDatabase; api: Api; subscriber?: Subscriber };

const kinds = [
  { label: 'API, JOBS=off', env: { JOBS: 'off' }, subscribed: false },
  { label: 'API, numbering', env: {}, subscribed: false },
  { label: 'API, one subscriber', env: {}, subscribed: true },
] as const;

/** Compares `order.create` of an API that doesn't number events, one that does, and one that has a subscriber, too. */
export async function measureWriters(bench: Bench): Promise<Outcome> {
  const shops: Shop[] = [];
  try {
    for (const [index, { label, env, subscribed }] of kinds.entries()) {
      const database = await bench.server.createDatabase(`events_writers_${index}`, usualSeed);
      const api = await startApi(database.url, { ...bench.options.env, ...env });
      shops.push({ label, database, api, ...(subscribed && { subscriber: await subscribe(api.operator) }) });
    }
    const series = await takeTurns(
      bench,
      'events',
      shops.map(({ label, database, api }) => ({
        label,
        side: 'ours',
        clients,
        turn: ourOrders(bench, { ours: database, api }, uniformShape, { clients }),
      })),
    );
    const [off = [], on = [], followed = []] = series.map(rates);
    for (const { label, database } of shops) await expectHealthy(label, database);
    return {
      series,
      goals: [
        goal('orders, numbering / JOBS=off', '≥', 0.95, on, off),
        goal('orders, one subscriber / JOBS=off', '≥', 0.85, followed, off),
      ],
      notes: [],
    };
  } finally {
    for (const { subscriber, api, database } of shops) {
      subscriber?.stop();
      await api.stop();
      await database.drop();
    }
  }
}
