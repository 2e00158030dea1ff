import { withTransaction } from '../../database/transaction.ts';
import { type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { KeptLeases } from '../../due-work/kept-leases.ts';
import { retryAt } from '../../due-work/retry.ts';
import {
  listingCompleted,
  listedSince,
  listingRetryFirstMs,
  type GatewayListing,
} from '../../gateway-outbox/event-list.ts';
import {
  claimGatewayListings,
  finishGatewayListing,
  renewGatewayListings,
} from '../../gateway-outbox/event-list-repository.ts';
import { receiveListedEvents, sumOfLists, type ListingGateway } from '../gateway-inbox/receive-listed-events.ts';
import type { Inbox } from '../gateway-inbox/submit-gateway-event.ts';

/**
 * Lists the events of gateways that are due, and receives the new ones. One process lists a gateway once in `everyMs`.
 * The stored position in a gateway's list moves on only when all listed events are in the inbox. So no event is missed,
 * however long the shop was down. A list is read as a whole, a few hundred bytes an event.
 * @returns how many events were new
 * @throws the first gateway's error, after all other gateways were listed; the gateway is tried again, each time later
 */
export async function pollEventLists(
  inbox: Inbox,
  gateways: ReadonlyMap<string, ListingGateway>,
  everyMs: number,
): Promise<number> {
  if (gateways.size === 0) return 0;
  const { database } = inbox;
  const { claimed, began } = await withTransaction(database, async (tx) => claim(tx, [...gateways.keys()]));
  if (claimed.length === 0) return 0;
  const leases = new KeptLeases(database, renewGatewayListings, claimed, ({ provider }) => provider);
  const results = await Promise.allSettled(
    claimed.map(async (listing) => {
      let received: number;
      try {
        received = await listAndReceive(inbox, gateways, listing);
      } catch (error) {
        const retry = { firstMs: listingRetryFirstMs, maxMs: everyMs };
        await finish(database, await leases.release(listing), (now) => ({
          ...listing,
          dueAt: retryAt(retry, listing.attempts, now),
        }));
        throw error;
      }
      await finish(database, await leases.release(listing), (now) => listingCompleted(listing, began, everyMs, now));
      return received;
    }),
  );
  return sumOfLists(results);
}

async function listAndReceive(
  inbox: Inbox,
  gateways: ReadonlyMap<string, ListingGateway>,
  listing: GatewayListing,
): Promise<number> {
  const gateway = gateways.get(listing.provider);
  if (!gateway) throw new Error(`${listing.provider} is claimed but not configured`);
  return receiveListedEvents(inbox, gateway.provider, await gateway.listEvents(listedSince(listing)));
}

async function claim(
  tx: Transaction,
  providers: readonly string[],
): Promise<{ claimed: GatewayListing[]; began: Date }> {
  const claimed = await claimGatewayListings(tx, providers);
  return { claimed, began: tx.now };
}

async function finish(database: Database, listing: GatewayListing, next: (now: Date) => GatewayListing): Promise<void> {
  await withTransaction(database, async (tx) => {
    await tx.began;
    finishGatewayListing(tx, listing, next(tx.now));
  });
}
