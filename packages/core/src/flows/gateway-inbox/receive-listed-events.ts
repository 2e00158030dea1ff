import { isUnavailable } from '../../errors.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import type { SignedEvent } from '../../gateway-inbox/gateway-event.ts';
import { submitGatewayEvent, type Inbox } from './submit-gateway-event.ts';

/** A gateway that can list its events. */
export type ListingGateway = Gateway & Required<Pick<Gateway, 'listEvents'>>;

/**
 * Receives the events of a gateway's list one after the other, in the order in which they happened. One at a time
 * leaves the database to the shop's own work. An event that fails doesn't stop those after it, which would otherwise
 * never come.
 * @returns how many events were new
 * @throws the first event's error, after all other events were received; at once if the database is unavailable
 */
export async function receiveListedEvents(
  inbox: Inbox,
  provider: string,
  events: readonly SignedEvent[],
): Promise<number> {
  let received = 0;
  const errors: unknown[] = [];
  for (const event of events) {
    try {
      const { duplicate } = await submitGatewayEvent(inbox, { ...event, provider, source: 'WEBHOOK', rawBody: null });
      if (!duplicate) received += 1;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return received;
}

/**
 * Returns the sum of the numbers of events that several gateways' lists brought.
 * @throws the first list's error
 */
export const sumOfLists = (lists: readonly PromiseSettledResult<number>[]): number =>
  lists.reduce((sum, list) => {
    if (list.status === 'rejected') throw list.reason;
    return sum + list.value;
  }, 0);
