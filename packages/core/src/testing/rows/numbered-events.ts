import type { NumberedEvent } from '../../events/cloud-event.ts';
import type { TestDatabase } from '../test-database.ts';

/** Reads all events of a shop with positions of their own: one aggregate after the other, the same on every run. */
export async function readNumberedEvents({ pool }: Pick<TestDatabase, 'pool'>): Promise<NumberedEvent[]> {
  const { rows } = await pool.query<NumberedEvent>(`
    select id, type, aggregatetype as "aggregateType", aggregateid as "aggregateId", version,
      '1.' || row_number() over (order by aggregateid, version) as position, created_at as time, payload as data
    from commerce.events order by aggregateid, version`);
  return rows;
}
