import type { BenchDatabase } from '../../setup/server.ts';
import { until } from './until.ts';

/**
 * Adds `count` events that have no position yet, five for each of `count / 5` orders that exist only in the log. The
 * doctor would find them, so their database is dropped without it.
 */
export async function addEvents(database: BenchDatabase, count: number): Promise<void> {
  await database.query(
    `insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
     select uuidv7(), 'order', id, version, 'order.created',
       jsonb_build_object('orderId', id, 'orderStatus', 'CREATED', 'fulfillmentStatus', 'UNFULFILLED',
         'reservationStatus', 'HELD', 'customerId', 'customer-1', 'currency', 'EUR', 'totalAmount', 2000,
         'reservedUntil', now(), 'lines', jsonb_build_array()), now()
     from (select gen_random_uuid() as id from generate_series(1, $1::int / 5)) as orders,
       generate_series(1, 5) as version`,
    [count],
  );
}

/** Waits until each event of the log has a position. Positions have no gap, so the last one is their number. */
export async function untilNumbered(database: BenchDatabase): Promise<void> {
  const read = async (text: string) => (await database.query<{ n: number }>(text))[0]?.n ?? NaN;
  const events = await read('select count(*)::int as n from commerce.events');
  const last = 'select coalesce(max(position), 0)::int as n from commerce.event_positions';
  await until('events were numbered', async () => (await read(last)) === events);
}
