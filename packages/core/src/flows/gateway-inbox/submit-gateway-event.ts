import type { Database } from '@commerce-core/pg-pipeline';
import { withTransaction } from '../../database/transaction.ts';
import type { ReceivedGatewayEvent, ReceiveGatewayEventCommand } from './receive-gateway-events.ts';
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
 * Receives one event. An event that contradicts an earlier one is recorded in a transaction of its own; when that
 * fails, the gateway has to send the event again.
 */
export async function submitGatewayEvent(
  { database, receive }: Inbox,
  command: ReceiveGatewayEventCommand,
): Promise<ReceivedGatewayEvent> {
  const received = await receive(command);
  if (received.outcome === 'CONFLICT') {
    await withTransaction(database, async (tx) => recordEventConflicts(tx, [command]));
  }
  return received;
}
