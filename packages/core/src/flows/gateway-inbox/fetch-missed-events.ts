import { CommerceError } from '../../errors.ts';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { receiveListedEvents, sumOfLists, type ListingGateway } from './receive-listed-events.ts';
import type { Inbox } from './submit-gateway-event.ts';

/**
 * Receives the events that gateways list since a time. Returns how many were new.
 * @throws gateway_unavailable when a gateway gives no answer, or refuses to list its events; the events of the other
 * gateways are received all the same
 */
export async function fetchMissedEvents(
  inbox: Inbox,
  gateways: readonly ListingGateway[],
  since: Date,
): Promise<number> {
  const fetched = await Promise.allSettled(
    gateways.map(async (gateway) =>
      receiveListedEvents(inbox, gateway.provider, await gateway.listEvents(since).catch(throwUnavailable)),
    ),
  );
  return sumOfLists(fetched);
}

function throwUnavailable(cause: unknown): never {
  const reason = cause instanceof GatewayRefusal ? `refuses to list its events (${cause.code})` : 'gives no answer';
  const error = new CommerceError(
    'gateway_unavailable',
    `the payment gateway ${reason}; missed events can be fetched later`,
  );
  error.cause = cause;
  throw error;
}
