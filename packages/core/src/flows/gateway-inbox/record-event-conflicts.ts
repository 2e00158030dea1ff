import type { Transaction } from '@commerce-core/pg-pipeline';
import { newId } from '../../ids.ts';
import { fingerprint } from '../../gateway-inbox/gateway-event.ts';
import {
  insertConflictingGatewayEvents,
  readFirstGatewayEvents,
  inboxKey,
} from '../../gateway-inbox/gateway-event-repository.ts';
import { readOrderIdsOfPayments } from '../../payment/payment-repository.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import type { ReceiveGatewayEventCommand } from './receive-gateway-events.ts';

/**
 * Keeps messages that contradict the first one of their id, each once, and raises attention on the order of that first
 * message. In a transaction of its own: the record must outlive whatever becomes of the message's batch.
 */
export async function recordEventConflicts(
  tx: Transaction,
  commands: readonly ReceiveGatewayEventCommand[],
): Promise<void> {
  await tx.began;
  const rows = commands.map(({ rawBody, ...event }) => ({
    id: newId(),
    ...event,
    fingerprint: fingerprint(event),
    rawBody,
    outcome: 'CONFLICT' as const,
    effect: null,
    attempts: 0,
    dueAt: null,
    receivedAt: tx.now,
    decidedAt: tx.now,
  }));
  const inserted = await insertConflictingGatewayEvents(tx, rows);
  const fresh = rows.filter(({ id }) => inserted.has(id));
  const first = await readFirstGatewayEvents(tx, fresh);
  const paymentIds = new Map(first.map((row) => [inboxKey(row), row.paymentId]));
  const orderIds = await readOrderIdsOfPayments(tx, paymentIds.values());
  const work = await UnitOfWork.lock(tx, orderIds.values());
  for (const unit of work.units.values()) work.raiseAttention(unit, 'event_conflict');
  work.write();
}
