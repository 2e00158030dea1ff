import { scriptedGateway } from '../../testing/scripted-gateway.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { type SignedEvent } from '../../gateway-inbox/gateway-event.ts';

/** Returns a gateway that lists the events of `addEvent` since a time, as real gateways do. */
export function listingGateway(provider = 'mock') {
  const events: { at: Date; event: SignedEvent }[] = [];
  const requestedSince: Date[] = [];
  const beforeListings: (() => Promise<void>)[] = [];
  const gateway: Gateway = {
    ...scriptedGateway(provider).gateway,
    async listEvents(since) {
      requestedSince.push(since);
      await beforeListings.shift()?.();
      return events.filter(({ at }) => at >= since).map(({ event }) => event);
    },
  };
  return {
    gateway,
    requestedSince,
    addEvent: (at: Date, event: SignedEvent) => events.push({ at, event }),
    /** Runs before the next listing responds. */
    beforeNextListing: (run: () => Promise<void>) => beforeListings.push(run),
    failNextListing: () => {
      beforeListings.push(async () => {
        throw new Error('nothing within 10000 ms');
      });
    },
  };
}
