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
  insertUnlessKnown,
  readFirstGatewayEvents,
  type FirstMessage,
  type NewInboxRow,
} from '../../gateway-inbox/gateway-event-repository.ts';
import type { Traced } from '../../unit-of-work/pending-changes.ts';
import type { SharedFlow } from '../../unit-of-work/shared-flow.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { applyGatewayEvents, waiting } from './apply-gateway-events.ts';
import { lockMoreForEvents, locksOfEvents, withPaymentIds } from './lock-orders-of-events.ts';

/** A gateway event whose signature was verified. `rawBody` is stored unchanged. */
export type ReceiveGatewayEventCommand = GatewayEvent & Traced & { rawBody: Buffer | null };

/**
 * The outcome of a received event. A `duplicate` was received before and has the first outcome. A duplicate that
 * contradicts the first event of its id is a CONFLICT; the caller records it in a transaction of its own.
 */
export type ReceivedGatewayEvent = {
  eventId: string;
  outcome: EventOutcome;
  effect: EventEffect | null;
  duplicate: boolean;
};

/**
 * Receives gateway events. An event's inbox row and its effect are written in one transaction, so an event counts once
 * however often it is sent, at once or later.
 * @returns one result an event, in the order of the commands; no event is refused
 */
export const receiveGatewayEvents: SharedFlow<ReceiveGatewayEventCommand, ReceivedGatewayEvent> = async (
  tx,
  commands,
) => {
  const named = await withPaymentIds(tx, commands);
  return {
    locks: locksOfEvents(named),
    lockMore: async (work) => lockMoreForEvents(work, named),
    // The inbox is read after the locks, so this transaction sees an equal event of the transaction that had the locks
    // before.
    read: async () => {
      const known = await readFirstGatewayEvents(tx, commands);
      const rows = named.map((event, index) => newInboxRow(event, fingerprint(commands[index] ?? event), tx.now));
      return (work) => decideFirstEvents(work, rows, known);
    },
  };
};

/** Applies events to orders that `work` has locked. An event that was applied before is not applied again. */
export async function applyToLockedOrders(
  tx: Transaction,
  work: UnitOfWork,
  events: readonly GatewayEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const known = await readFirstGatewayEvents(tx, events);
  const rows = events.map((event) => newInboxRow({ ...event, rawBody: null }, fingerprint(event), tx.now));
  decideFirstEvents(work, rows, known);
}

/**
 * Applies the events that weren't received before. Of equal events in one batch the first one counts. An answer that
 * was ignored before, or that is a cancellation, is decided again: its id is made from its content, so it is no
 * repetition but the gateway's state of now, which may contradict the shop's and raise an attention that an operator
 * has cleared.
 */
function decideFirstEvents(
  work: UnitOfWork,
  rows: readonly (NewInboxRow & Traced)[],
  known: readonly FirstMessage[],
): ReceivedGatewayEvent[] {
  const first = new Map<string, FirstMessage>(known.map((row) => [inboxKey(row), row]));
  const fresh = rows.filter((row) => {
    const key = inboxKey(row);
    const before = first.get(key);
    if (before && !(row.source === 'ANSWER' && isDecidedAgain(row, before))) return false;
    // Its own outcome is RECEIVED until it is decided, so an equal event of this batch is not decided twice.
    first.set(key, before ? { ...row, id: before.id } : row);
    return true;
  });
  const stored = new Map(known.map((row) => [row.id, row]));
  const applied = applyGatewayEvents(
    work,
    fresh.map((row) => ({ ...row, id: first.get(inboxKey(row))?.id ?? row.id })),
  );
  const decided = applied.filter(({ id }) => !stored.has(id));
  const changed = applied.filter(({ id, outcome, effect }) => {
    const before = stored.get(id);
    return (
      before?.outcome === 'IGNORED_STALE' &&
      outcome !== 'UNMATCHED' &&
      (outcome !== before.outcome || effect !== before.effect)
    );
  });
  const inbox = work.rows('gatewayEvents');
  for (const row of decided) inbox.add(row);
  for (const row of changed) inbox.set(row);
  for (const row of [...known, ...decided, ...changed]) first.set(inboxKey(row), row);
  return rows.map((row) => receivedAs(row, first.get(inboxKey(row)) ?? row));
}

/** A cancellation matters for as long as the gateway reports it: an approval may have been applied since. */
const isDecidedAgain = ({ type }: NewInboxRow, { outcome }: FirstMessage): boolean =>
  outcome === 'IGNORED_STALE' || (outcome === 'APPLIED' && type === 'CANCELED');

function receivedAs(row: NewInboxRow, first: FirstMessage): ReceivedGatewayEvent {
  const duplicate = first.id !== row.id;
  if (duplicate && first.fingerprint !== row.fingerprint)
    return { eventId: first.id, outcome: 'CONFLICT', effect: null, duplicate };
  return { eventId: first.id, outcome: first.outcome, effect: first.effect, duplicate };
}

/** A row of the inbox for a new event, which is not decided yet. */
export function newInboxRow(
  { rawBody, ...event }: ReceiveGatewayEventCommand,
  fingerprint: string,
  now: Date,
): NewInboxRow & Traced {
  return {
    id: newId(),
    ...event,
    fingerprint,
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
 * Stores an event that could not be applied because of an error on our side; a background job tries it again. An event
 * that was received before stays as it is.
 * @returns the id of the first event with this provider and event id
 */
export async function keepGatewayEvent(tx: Transaction, command: ReceiveGatewayEventCommand): Promise<string> {
  await tx.began;
  const row = { ...newInboxRow(command, fingerprint(command), tx.now), ...waiting(1, tx.now, 'RECEIVED') };
  await insertUnlessKnown(tx, [row]);
  const [first] = await readFirstGatewayEvents(tx, [row]);
  if (!first) throw new Error('the event was neither inserted nor found');
  return first.id;
}
