import type { Transaction } from '@commerce-core/pg-pipeline';
import {
  clearGatewayEventBodies,
  forgetLateBodies,
  keepLateBodies,
  lockGatewayEventBodies,
  readLateBodies,
  walkGatewayEvents,
} from '../../gateway-inbox/raw-body-repository.ts';
import type { Batch, BatchOptions } from './batch.ts';

const firstId = '00000000-0000-0000-0000-000000000000';

/**
 * Removes the raw bodies of gateway events that were decided more than `keepMs` ago, of up to `limit` events of the
 * walk and as many late ones. The events stay with provider, event id and fingerprint, so a repeated one is still
 * recognized.
 */
export async function removeGatewayEventBodies(
  tx: Transaction,
  { keepMs, limit, walkedTo }: BatchOptions,
): Promise<Batch> {
  const late = await removeLateBodies(tx, keepMs, limit);
  const after = walkedTo ?? firstId;
  const walked = await walkGatewayEvents(tx, { after, keepMs, limit });
  const withBody = walked.filter(({ hasBody }) => hasBody).map(({ id }) => id);
  const locked = new Map((await lockGatewayEventBodies(tx, withBody, keepMs)).map((body) => [body.id, body]));
  // The walk never passes an event that another transaction has locked.
  const blocked = walked.findIndex(({ id, hasBody }) => hasBody && !locked.has(id));
  const passed = blocked === -1 ? walked : walked.slice(0, blocked);
  const bodies = passed.flatMap(({ id }) => locked.get(id) ?? []);
  const over = bodies.filter(({ isOver }) => isOver).map(({ id }) => id);
  clearGatewayEventBodies(tx, over);
  keepLateBodies(
    tx,
    bodies.filter(({ isOver }) => !isOver),
  );
  return {
    removed: late.removed + over.length,
    isFull: late.isFull || passed.length === limit,
    walkedTo: passed.at(-1)?.id ?? walkedTo,
  };
}

async function removeLateBodies(tx: Transaction, keepMs: number, limit: number) {
  const ids = await readLateBodies(tx, keepMs, limit);
  const bodies = await lockGatewayEventBodies(tx, ids, keepMs);
  const over = bodies.filter(({ isOver }) => isOver).map(({ id }) => id);
  clearGatewayEventBodies(tx, over);
  forgetLateBodies(tx, over);
  // It was redriven, or has no decision yet.
  keepLateBodies(
    tx,
    bodies.filter(({ isOver }) => !isOver),
  );
  return { removed: over.length, isFull: bodies.length === limit };
}
