import { paymentKeyOf, readLockedPayments } from '../flows/order/read-lock-holders.ts';
import { receiveGatewayEvents } from '../flows/gateway-inbox/receive-gateway-events.ts';
import type { Inbox } from '../flows/gateway-inbox/submit-gateway-event.ts';
import type { Context } from './context.ts';
import { runBatchedWithoutKeys } from './run-flow.ts';

/** The inbox for gateway events, which share transactions with events that arrive at the same time. */
export function openInbox(context: Context): Inbox {
  const { database, onFault } = context;
  const receive = runBatchedWithoutKeys(
    context,
    { name: 'gateway_event.receive', flow: receiveGatewayEvents },
    { keysOf: paymentKeyOf, lockHoldersOf: async (keys) => readLockedPayments(database.db, keys) },
  );
  return { database, receive, onFault };
}
