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
 * Stores events that contradict the first event of their id, each content once, and raises attention on the order of
 * that first event. Run it in a transaction of its own, so that the record stays even if the event's batch is rolled
 * back.
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
  for (const order of work.orders.values()) order.raiseAttention('event_conflict');
  work.write();
}
