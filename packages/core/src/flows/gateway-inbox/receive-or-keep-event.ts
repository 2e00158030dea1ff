import { withTransaction } from '../../database/transaction.ts';
import { isUnavailable } from '../../errors.ts';
import {
  keepGatewayEvent,
  type ReceivedGatewayEvent,
  type ReceiveGatewayEventCommand,
} from './receive-gateway-events.ts';
import { submitGatewayEvent, type Inbox } from './submit-gateway-event.ts';

/**
 * Receives one event. When applying the event fails, the event is kept as RECEIVED and a job tries it again: the
 * gateway has delivered the event and needn't repeat it.
 * @throws database_unavailable when the database can't be reached; the event isn't kept
 * @throws overloaded when rows stay locked; the event isn't kept
 * @throws outcome_unknown when the answer to COMMIT was lost
 */
export async function receiveOrKeepEvent(
  inbox: Inbox,
  command: ReceiveGatewayEventCommand,
): Promise<ReceivedGatewayEvent> {
  const receive: Inbox['receive'] = async (event) =>
    inbox.receive(event).catch(async (error: unknown) => {
      if (isUnavailable(error)) throw error;
      const eventId = await withTransaction(inbox.database, async (tx) => keepGatewayEvent(tx, event));
      inbox.onFault?.(error);
      return { eventId, outcome: 'RECEIVED', effect: null, duplicate: false };
    });
  return submitGatewayEvent({ ...inbox, receive }, command);
}
