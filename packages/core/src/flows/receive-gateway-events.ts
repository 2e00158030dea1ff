import type { Transaction } from '../database/transaction.ts';
import { newId } from '../ids.ts';
import { fingerprint, type EventEffect, type EventOutcome, type GatewayEvent } from '../payment/gateway-event.ts';
import {
  inboxKey, insertFirstGatewayEvents, readFirstGatewayEvents, type NewInboxRow,
} from '../payment/gateway-event-repository.ts';
import { readOrderIdsOfPayments } from '../payment/payment-repository.ts';
import { applyGatewayEvents } from './apply-gateway-events.ts';

/** A gateway's message whose signature was verified; `rawBody` is kept as it came. */
export type ReceiveGatewayEventCommand = GatewayEvent & { rawBody: Buffer | null };

/**
 * What became of a message. `duplicate`: it had come before, and `outcome` is what became of it then; but a message that
 * contradicts the first one of its id is a CONFLICT, which the caller records in a transaction of its own.
 */
export type ReceivedGatewayEvent = {
  eventId: string;
  outcome: EventOutcome;
  effect: EventEffect | null;
  duplicate: boolean;
};

/**
 * Takes a gateway's messages: the inbox row and what it does are one transaction, so a message counts once however often
 * it comes, at once or later. Never refuses: each message gets an answer, in the order of the commands.
 */
export async function receiveGatewayEvents(
  tx: Transaction,
  commands: readonly ReceiveGatewayEventCommand[],
): Promise<ReceivedGatewayEvent[]> {
  const rows = commands.map(newRow);
  const [inserted, orderIds] = await Promise.all([
    insertFirstGatewayEvents(tx, rows),
    readOrderIdsOfPayments(tx, rows.map(({ paymentId }) => paymentId)),
  ]);
  const fresh = rows.filter(({ id }) => inserted.has(id)).map((row) => ({ ...row, receivedAt: tx.now, dueAt: tx.now }));
  const decided = await applyGatewayEvents(tx, fresh, orderIds);
  const repeated = rows.filter(({ id }) => !inserted.has(id));
  const first = new Map([...(await readFirstGatewayEvents(tx.db, repeated)), ...decided].map((row) => [inboxKey(row), row]));
  return rows.map((row) => {
    const { id, outcome, effect, fingerprint } = first.get(inboxKey(row))!;
    const duplicate = !inserted.has(row.id);
    if (duplicate && fingerprint !== row.fingerprint) return { eventId: id, outcome: 'CONFLICT', effect: null, duplicate };
    return { eventId: id, outcome, effect, duplicate };
  });
}

function newRow({ rawBody, ...event }: ReceiveGatewayEventCommand): Omit<NewInboxRow, 'receivedAt' | 'dueAt'> {
  return {
    id: newId(), ...event, fingerprint: fingerprint(event), rawBody,
    outcome: 'RECEIVED', effect: null, attempts: 0, decidedAt: null,
  };
}
