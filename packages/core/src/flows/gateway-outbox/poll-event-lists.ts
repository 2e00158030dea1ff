import { withTransaction } from '../../database/transaction.ts';
import { type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { retryAt } from '../../due-work/retry.ts';
import {
  listingCompleted,
  listedSince,
  listingRetryFirstMs,
  type GatewayListing,
} from '../../gateway-outbox/event-list.ts';
import { claimGatewayListings, finishGatewayListing } from '../../gateway-outbox/event-list-repository.ts';
import { receiveListedEvents, type ListingGateway, type ReceiveEvent } from '../gateway-inbox/receive-listed-events.ts';

/**
 * Lists the events of gateways that are due, and receives the new ones. One process lists a gateway once in `everyMs`.
 * The stored position in a gateway's list moves on only when all listed events are in the inbox. So no event is missed,
 * however long the shop was down. A list is read as a whole, a few hundred bytes an event.
 * @returns how many events were new
 * @throws the first gateway's error, after all other gateways were listed; the gateway is tried again, each time later
 */
export async function pollEventLists(
  database: Database,
  gateways: ReadonlyMap<string, ListingGateway>,
  everyMs: number,
  receive: ReceiveEvent,
): Promise<number> {
  if (gateways.size === 0) return 0;
  const { claimed, began } = await withTransaction(database, async (tx) => claim(tx, [...gateways.keys()]));
  const results = await Promise.allSettled(
    claimed.map(async (listing) => {
      let received: number;
      try {
        received = await listAndReceive(gateways, listing, receive);
      } catch (error) {
        const retry = { firstMs: listingRetryFirstMs, maxMs: everyMs };
        await finish(database, listing, (now) => ({ ...listing, dueAt: retryAt(retry, listing.attempts, now) }));
        throw error;
      }
      await finish(database, listing, (now) => listingCompleted(listing, began, everyMs, now));
      return received;
    }),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), 0);
}

async function listAndReceive(
  gateways: ReadonlyMap<string, ListingGateway>,
  listing: GatewayListing,
  receive: ReceiveEvent,
): Promise<number> {
  const gateway = gateways.get(listing.provider);
  if (!gateway) throw new Error(`${listing.provider} is claimed but not configured`);
  return receiveListedEvents(gateway.provider, await gateway.listEvents(listedSince(listing)), receive);
}

async function claim(
  tx: Transaction,
  providers: readonly string[],
): Promise<{ claimed: GatewayListing[]; began: Date }> {
  await tx.began;
  return { claimed: await claimGatewayListings(tx, providers), began: tx.now };
}

async function finish(database: Database, listing: GatewayListing, next: (now: Date) => GatewayListing): Promise<void> {
  await withTransaction(database, async (tx) => {
    await tx.began;
    finishGatewayListing(tx, listing, next(tx.now));
  });
}
