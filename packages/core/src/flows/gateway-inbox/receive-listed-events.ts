import { isUnavailable } from '../../errors.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import type { GatewayEvent, SignedEvent } from '../../gateway-inbox/gateway-event.ts';

/** A gateway that can list its events. */
export type ListingGateway = Gateway & Required<Pick<Gateway, 'listEvents'>>;

/** Takes an event into the inbox; answers whether it was new there. */
export type ReceiveEvent = (event: GatewayEvent) => Promise<boolean>;

/**
 * Takes what a gateway lists into the inbox, one after the other: beside the shop's own work, and in the order in which it
 * happened. Answers how many were new.
 * @throws why one of them couldn't be taken, after all others were
 */
export async function receiveListedEvents(
  provider: string,
  events: readonly SignedEvent[],
  take: ReceiveEvent,
): Promise<number> {
  let taken = 0;
  const faults: unknown[] = [];
  for (const event of events) {
    try {
      if (await take({ ...event, provider, source: 'WEBHOOK' })) taken += 1;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      // One that can't even be kept mustn't hide those after it for good.
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
  return taken;
}
