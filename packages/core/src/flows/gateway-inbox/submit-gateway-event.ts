import type { Database } from '@commerce-core/pg-pipeline';
import { withTransaction } from '../../database/transaction.ts';
import { isUnavailable } from '../../errors.ts';
import {
  keepGatewayEvent,
  type ReceivedGatewayEvent,
  type ReceiveGatewayEventCommand,
} from './receive-gateway-events.ts';
import { recordEventConflicts } from './record-event-conflicts.ts';

/** Where gateway events enter. */
export type Inbox = {
  database: Database;
  /** Runs `receiveGatewayEvents` in a transaction that is shared with other events. */
  receive: (command: ReceiveGatewayEventCommand) => Promise<ReceivedGatewayEvent>;
  /** Called with errors that no caller receives, because the event is kept and tried again. */
  onFault: ((error: unknown) => void) | undefined;
};

/**
 * Receives one event. When applying a message that the gateway has delivered fails, the message is kept as RECEIVED and
 * a job tries it again: the gateway needn't repeat it. When applying an answer fails, the error is thrown, because the
 * caller waits for the answer. An event that contradicts an earlier one is recorded in a transaction of its own; when
 * that fails, the gateway has to send the event again.
 * @throws database_unavailable when the database can't be reached; the event isn't kept
 * @throws overloaded when rows stay locked; the event isn't kept
 * @throws outcome_unknown when the answer to COMMIT was lost
 */
export async function submitGatewayEvent(
  inbox: Inbox,
  command: ReceiveGatewayEventCommand,
): Promise<ReceivedGatewayEvent> {
  const received = await (command.source === 'ANSWER' ? inbox.receive(command) : receiveOrKeep(inbox, command));
  if (received.outcome === 'CONFLICT') {
    await withTransaction(inbox.database, async (tx) => recordEventConflicts(tx, [command]));
  }
  return received;
}

async function receiveOrKeep(
  { database, receive, onFault }: Inbox,
  command: ReceiveGatewayEventCommand,
): Promise<ReceivedGatewayEvent> {
  try {
    return await receive(command);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    const eventId = await withTransaction(database, async (tx) => keepGatewayEvent(tx, command));
    onFault?.(error);
    return { eventId, outcome: 'RECEIVED', effect: null, duplicate: false };
  }
}
