import type { Transaction } from '@commerce-core/pg-pipeline';
import { fingerprint } from '../../gateway-inbox/gateway-event.ts';
import { insertUnlessKnown, readFirstGatewayEvents } from '../../gateway-inbox/gateway-event-repository.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { newInboxRow, type ReceiveGatewayEventCommand } from './receive-gateway-events.ts';

/**
 * Stores events that contradict the first event of their id, each content once, and raises attention on the order of
 * that first event. Run it in a transaction of its own, so that the record stays even if the event's batch is rolled
 * back.
 */
export async function recordEventConflicts(
  tx: Transaction,
  commands: readonly ReceiveGatewayEventCommand[],
): Promise<void> {
  await tx.began;
  const rows = commands.map((command) => ({
    ...newInboxRow(command, fingerprint(command), tx.now),
    outcome: 'CONFLICT' as const,
    dueAt: null,
    decidedAt: tx.now,
  }));
  const inserted = await insertUnlessKnown(tx, rows);
  const fresh = rows.filter(({ id }) => inserted.has(id));
  const first = await readFirstGatewayEvents(tx, fresh);
  const paymentIds = first.flatMap(({ paymentId }) => paymentId ?? []);
  const work = await UnitOfWork.lock(tx, { paymentIds });
  for (const order of work.orders.values()) order.raiseAttention('event_conflict');
  work.write();
}
