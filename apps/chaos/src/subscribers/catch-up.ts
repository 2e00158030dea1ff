import type { Client } from '@commerce-core/client';
import type { Pending } from '../checks/unfinished.ts';
import type { ShopDatabase } from '../setup/database.ts';
import type { Broker } from './broker.ts';
import type { FollowedStream } from './event-stream.ts';

type Readers = {
  healthy: { id: string };
  hostile: { id: string };
  broker: Broker | undefined;
  stream: () => FollowedStream | undefined;
};

type Behind = { unnumbered: number; last: number; healthy: number; hostile: number; sink: number };

const endpoint = (parameter: string) => `(
  select l.last - e.position + (select count(*) from commerce.webhook_deliveries d where d.endpoint_id = e.id)
  from commerce.webhook_endpoints e where e.id = ${parameter})`;

const behind = `
  select (select count(*) from commerce.events) - (select count(*) from commerce.event_positions) as unnumbered,
    l.last, ${endpoint('$1')} as healthy, ${endpoint('$2')} as hostile,
    l.last - coalesce((select position from commerce.event_sinks where name = 'nats'), 0) as sink
  from (select coalesce(max(position), 0) as last from commerce.event_positions) l`;

/** Reads how many events each subscriber does not have yet; empty when all of them have everything. */
export async function readBehind(
  { query }: Pick<ShopDatabase, 'query'>,
  { healthy, hostile, broker, stream }: Readers,
): Promise<Pending[]> {
  const [row] = await query<Behind>(behind, [healthy.id, hostile.id]);
  if (!row) throw new Error('a query without FROM rows returned none');
  const counts: Record<string, number> = {
    'events without a position': row.unnumbered,
    'events for the healthy endpoint': row.healthy,
    'events for the hostile endpoint': row.hostile,
    'events for the broker': broker ? row.sink : 0,
    'events for the stream': row.last - (stream()?.lastNumber() ?? 0),
  };
  const failure = stream()?.error();
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => ({
      what,
      count,
      examples: failure === undefined ? [] : [`the stream has ended: ${failure}`],
    }));
}

/** Has the events sent that an endpoint did not get in ten attempts, if there are any. */
export async function redriveParked({ delivery, webhookEndpoint }: Client, endpointId: string): Promise<void> {
  const { parked } = await webhookEndpoint.get.query({ endpointId });
  if (parked > 0) await delivery.redrive.mutate({ endpointId, parked: true });
}
