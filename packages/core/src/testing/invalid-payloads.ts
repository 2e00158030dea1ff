import { eventPayloads, type EventType } from '../events/payloads.ts';
import type { TestDatabase } from './test-database.ts';

const isKnown = (type: string): type is EventType => Object.hasOwn(eventPayloads, type);

/** The stored events whose payload isn't exactly that of their type, with the reason. */
export async function readInvalidPayloads({
  pool,
}: Pick<TestDatabase, 'pool'>): Promise<{ type: string; payload: unknown; reason: string }[]> {
  const { rows } = await pool.query<{ type: string; payload: unknown }>('select type, payload from commerce.events');
  return rows.flatMap(({ type, payload }) => {
    const reason = isKnown(type) ? eventPayloads[type].safeParse(payload).error?.message : 'the type is unknown';
    return reason === undefined ? [] : [{ type, payload, reason }];
  });
}
