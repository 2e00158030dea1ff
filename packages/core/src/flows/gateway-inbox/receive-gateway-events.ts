import type { Transaction } from '@commerce-core/pg-pipeline';
import { newId } from '../../ids.ts';
import {
  fingerprint,
  type EventEffect,
  type EventOutcome,
  type GatewayEvent,
} from '../../gateway-inbox/gateway-event.ts';
import {
  inboxKey,
  insertFirstGatewayEvents,
  insertUnlessKnown,
  readFirstGatewayEvents,
  type FirstMessage,
  type NewInboxRow,
} from '../../gateway-inbox/gateway-event-repository.ts';
import { applyGatewayEvents, waiting } from './apply-gateway-events.ts';
import { lockOrdersOfEvents, withPaymentIds } from './lock-orders-of-events.ts';

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
  const named = await withPaymentIds(tx, commands);
  // Sent together and run one after the other: the inbox is read after the locks, so an equal message that held them is seen.
  const [work, known] = await Promise.all([lockOrdersOfEvents(tx, named), readFirstGatewayEvents(tx, commands)]);
  const first = new Map<string, FirstMessage>(known.map((row) => [inboxKey(row), row]));
  const rows = named.map((command, index) => ({
    ...newRow(command, tx.now),
    fingerprint: fingerprint(commands[index]!),
  }));
  // Of equal messages in one batch the first one counts.
  const fresh = [...Map.groupBy(rows, inboxKey)].filter(([key]) => !first.has(key)).map(([, [row]]) => row!);
  const decided = applyGatewayEvents(work, fresh);
  for (const row of decided) first.set(inboxKey(row), row);
  work.write();
  insertFirstGatewayEvents(tx, decided);
  return rows.map((row) => {
    const { id, outcome, effect, fingerprint } = first.get(inboxKey(row))!;
    const duplicate = id !== row.id;
    if (duplicate && fingerprint !== row.fingerprint)
      return { eventId: id, outcome: 'CONFLICT', effect: null, duplicate };
    return { eventId: id, outcome, effect, duplicate };
  });
}

function newRow({ rawBody, ...event }: ReceiveGatewayEventCommand, now: Date): Omit<NewInboxRow, 'fingerprint'> {
  return {
    id: newId(),
    ...event,
    rawBody,
    outcome: 'RECEIVED',
    effect: null,
    attempts: 0,
    dueAt: now,
    receivedAt: now,
    decidedAt: null,
  };
}

/**
 * Keeps a message whose effect failed for a reason that isn't its own, to be tried again by a loop: what was acknowledged is
 * never lost. One that has come before stays as it is. Answers its id.
 */
export async function keepGatewayEvent(tx: Transaction, command: ReceiveGatewayEventCommand): Promise<string> {
  await tx.began;
  const row = { ...newRow(command, tx.now), fingerprint: fingerprint(command), ...waiting(1, tx.now, 'RECEIVED') };
  await insertUnlessKnown(tx, [row]);
  return (await readFirstGatewayEvents(tx, [row]))[0]!.id;
}
