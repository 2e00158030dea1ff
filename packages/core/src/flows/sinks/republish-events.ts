import type { Database } from '@commerce-core/pg-pipeline';
import { read, withTransaction } from '../../database/transaction.ts';
import { CommerceError } from '../../errors.ts';
import type { Position } from '../../events/position.ts';
import { rewindSink } from '../../sinks/sink-repository.ts';
import { readFeed } from '../events/read-feed.ts';

/**
 * Moves a sink's cursor to a position, so that all events behind it are published again, with the ids that they had.
 * @throws event_sink_not_found when the shop has no such sink
 * @throws position_not_found when the log doesn't have the position, or has lost it
 */
export async function republishEvents(database: Database, sink: string, from: Position): Promise<void> {
  await read(async () => readFeed(database, { after: from, limit: 1 }));
  const found = await withTransaction(database, async (tx) => rewindSink(tx, sink, from));
  if (!found) throw new CommerceError('event_sink_not_found', `there is no event sink ${sink}`);
}
