import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import { readLogEnd } from '../../events/feed-repository.ts';
import { parsePosition } from '../../events/position.ts';
import { readPositionAt } from '../../webhooks/webhook-endpoint-repository.ts';
import { readFeed } from '../events/read-feed.ts';

/**
 * The number of a place in this log: a position, a time, which means the position before its first event, or `now`, the
 * end.
 * @throws position_not_found when the log doesn't have the position, or has lost it
 */
export async function resolvePosition(database: Database, tx: Transaction, place: string): Promise<number> {
  if (place === 'now') return (await readLogEnd(database, 0)).last;
  const position = parsePosition(place);
  if (!position) return readPositionAt(tx.db, new Date(place));
  await readFeed(database, { after: position, limit: 1 });
  return position.number;
}
