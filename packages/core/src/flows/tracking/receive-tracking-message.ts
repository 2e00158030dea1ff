import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import { withTransaction } from '../../database/transaction.ts';
import { retryAt } from '../../due-work/retry.ts';
import { CommerceError, isUnavailable } from '../../errors.ts';
import { isEventId } from '../../gateways/event-id.ts';
import type { WebhookMessage } from '../../gateways/gateway.ts';
import { newId } from '../../ids.ts';
import {
  messageFingerprint,
  messageRetry,
  storedReports,
  type MessageOutcome,
  type TrackingMessageRow,
} from '../../shipping/tracking-message.ts';
import {
  insertFirstMessage,
  insertMessageUnlessKnown,
  readFirstMessage,
  type NewTrackingMessage,
} from '../../shipping/tracking-message-repository.ts';
import type { TrackingMessage, TrackingProvider } from '../../shipping/tracking-provider.ts';
import { storableReports } from '../../shipping/tracking-report.ts';
import { applyReports, pollChanged } from './apply-reports.ts';

/**
 * The outcome of a carrier's message. POLLING: it isn't stored, and the parcels that it names are polled. A `duplicate`
 * was received before and has the first outcome, or CONFLICT when it says something else.
 */
export type ReceivedTrackingMessage = {
  messageId: string | null;
  outcome: MessageOutcome | 'POLLING';
  duplicate: boolean;
};

type Received = { provider: TrackingProvider; message: TrackingMessage; rawBody: Buffer };

/**
 * Verifies a carrier's message and applies it. When applying fails, the message is kept and tried again by a job.
 * @throws invalid_signature when the provider didn't send the message
 * @throws malformed_event when the message can't be read
 */
export async function receiveTrackingMessage(
  database: Database,
  provider: TrackingProvider,
  webhook: WebhookMessage,
  onFault: ((error: unknown) => void) | undefined,
): Promise<ReceivedTrackingMessage> {
  const message = storableMessage(provider.receive(webhook, new Date()));
  const { eventId } = message;
  const received = { provider, message, rawBody: webhook.rawBody };
  if (eventId === null) {
    await withTransaction(database, async (tx) => pollChanged(tx, provider, message.changed));
    return { messageId: null, outcome: 'POLLING', duplicate: false };
  }
  try {
    return await withTransaction(database, async (tx) => receive(tx, eventId, received));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    const kept = await withTransaction(database, async (tx) => keep(tx, eventId, received));
    onFault?.(error);
    return kept;
  }
}

/** A message as it can be stored. @throws malformed_event when the adapter returned something else */
function storableMessage({ eventId, reports, changed }: TrackingMessage): TrackingMessage {
  const storable = storableReports(reports);
  const hasId = eventId === null ? reports.length === 0 : isEventId(eventId);
  if (storable && hasId) return { eventId, reports: storable, changed };
  throw new CommerceError('malformed_event', 'the message has no usable id, or a report without a usable number');
}

async function receive(
  tx: Transaction,
  eventId: string,
  { provider, message, rawBody }: Received,
): Promise<ReceivedTrackingMessage> {
  await tx.began;
  const row = newMessage(tx, eventId, { provider, message, rawBody });
  const before = await readFirstMessage(tx, row);
  if (before) return receivedBefore(tx, row, before);
  const isMatched = await applyReports(tx, provider, message.reports);
  await pollChanged(tx, provider, message.changed);
  const isEmpty = message.reports.length + message.changed.length === 0;
  const decided = isEmpty
    ? decidedAs('IGNORED', tx.now)
    : isMatched
      ? decidedAs('APPLIED', tx.now)
      : waiting(1, tx.now);
  insertFirstMessage(tx, [{ ...row, ...decided, attempts: 1 }]);
  return { messageId: row.id, outcome: decided.outcome, duplicate: false };
}

async function receivedBefore(
  tx: Transaction,
  row: NewTrackingMessage,
  before: TrackingMessageRow,
): Promise<ReceivedTrackingMessage> {
  if (before.fingerprint === row.fingerprint) return { messageId: before.id, outcome: before.outcome, duplicate: true };
  await insertMessageUnlessKnown(tx, [{ ...row, ...decidedAs('CONFLICT', tx.now) }]);
  return { messageId: before.id, outcome: 'CONFLICT', duplicate: true };
}

/** Stores a message that could not be applied because of an error on our side. */
async function keep(tx: Transaction, eventId: string, received: Received): Promise<ReceivedTrackingMessage> {
  await tx.began;
  const row = { ...newMessage(tx, eventId, received), ...waiting(1, tx.now, 'RECEIVED') };
  const before = await readFirstMessage(tx, row);
  if (before) return receivedBefore(tx, row, before);
  insertFirstMessage(tx, [row]);
  return { messageId: row.id, outcome: row.outcome, duplicate: false };
}

function newMessage(
  { now }: Transaction,
  eventId: string,
  { provider, message, rawBody }: Received,
): NewTrackingMessage {
  const reports = storedReports(message.reports);
  return {
    id: newId(),
    provider: provider.name,
    eventId,
    reports,
    fingerprint: messageFingerprint(reports),
    rawBody,
    outcome: 'RECEIVED',
    attempts: 0,
    dueAt: now,
    receivedAt: now,
    decidedAt: null,
  };
}

type Decided = Pick<TrackingMessageRow, 'outcome' | 'dueAt' | 'decidedAt'>;

/** The state of a message that won't be tried again by itself. */
export const decidedAs = (outcome: MessageOutcome, decidedAt: Date): Decided => ({ outcome, dueAt: null, decidedAt });

/** The state of a message that can't be applied yet: due again after `attempts` tries, or PARKED after the last one. */
export function waiting(
  attempts: number,
  now: Date,
  outcome: 'UNMATCHED' | 'RECEIVED' = 'UNMATCHED',
): Decided & { attempts: number } {
  const dueAt = retryAt(messageRetry, attempts, now);
  return { attempts, ...(dueAt ? { outcome, dueAt, decidedAt: null } : decidedAs('PARKED', now)) };
}
