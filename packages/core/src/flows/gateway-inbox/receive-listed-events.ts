import { isUnavailable } from '../../errors.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import type { GatewayEvent, SignedEvent } from '../../gateway-inbox/gateway-event.ts';

/** A gateway that can list its events. */
export type ListingGateway = Gateway & Required<Pick<Gateway, 'listEvents'>>;

/** Receives an event; returns whether it was new in the inbox. */
export type ReceiveEvent = (event: GatewayEvent) => Promise<boolean>;

/**
 * Receives the events of a gateway's list one after the other, in the order in which they happened. One at a time
 * leaves the database to the shop's own work. An event that fails doesn't stop those after it, which would otherwise
 * never come.
 * @returns how many events were new
 * @throws the first event's error, after all other events were received; at once if the database is unavailable
 */
export async function receiveListedEvents(
  provider: string,
  events: readonly SignedEvent[],
  receive: ReceiveEvent,
): Promise<number> {
  let received = 0;
  const errors: unknown[] = [];
  for (const event of events) {
    try {
      if (await receive({ ...event, provider, source: 'WEBHOOK' })) received += 1;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return received;
}
