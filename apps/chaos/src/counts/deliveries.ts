import type { RunningShop } from '../setup/shop.ts';
import type { Delivery } from '../subscribers/delivery.ts';
import type { Subscribers } from '../subscribers/subscribers.ts';
import type { Count } from './count.ts';

/** Counts what the hostile endpoint did wrong, and how often the broker was killed. */
export const countSubscriberFaults = ({ hostile, broker }: Subscribers): Count[] => [
  ...Object.entries(hostile.receiver.faults).map(([what, count]) => ({ what, count })),
  ...(broker ? [{ what: 'broker_killed', count: broker.kills() }] : []),
];

/** Counts what each subscriber received. */
export async function countDeliveries({ database, subscribers }: Pick<RunningShop, 'database' | 'subscribers'>) {
  const { healthy, hostile, broker, stream } = subscribers;
  const rows = await database.query<{ count: number }>(
    `select count(distinct (endpoint_id, event_id)) as count from commerce.webhook_attempts where status = 'PARKED'`,
  );
  return [
    ...countBook('the healthy endpoint', healthy.receiver.deliveries),
    ...countBook('the hostile endpoint', hostile.receiver.deliveries),
    { what: 'the hostile endpoint: events given up, and sent again by an operator', count: rows[0]?.count ?? 0 },
    ...countBook('the stream', stream()?.deliveries ?? []),
    ...(broker
      ? countBook('the broker', await broker.read())
      : [{ what: 'no broker: nats-server is missing', count: 0 }]),
  ];
}

function countBook(name: string, deliveries: readonly Delivery[]): Count[] {
  const events = deliveries.flatMap((delivery) => delivery.events.map(({ id }) => id));
  const different = new Set(events).size;
  return [
    { what: `${name}: messages`, count: deliveries.length },
    { what: `${name}: events`, count: different },
    { what: `${name}: events that came again`, count: events.length - different },
  ];
}
