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
 * Takes what gateways list since they were listed last, of those that are due: each `everyMs`, by one process. Where a listing
 * ended is kept, and moves only when all that was listed is in the inbox, so that however long nobody could ask, nothing is
 * passed over. A gateway's list comes as a whole, a few hundred bytes an event; only what happened since is in it.
 * Answers how many events were new.
 * @throws why a gateway couldn't be listed, after all others were; it is tried again, ever later
 */
export async function pollEventLists(
  database: Database,
  gateways: ReadonlyMap<string, ListingGateway>,
  everyMs: number,
  take: ReceiveEvent,
): Promise<number> {
  if (gateways.size === 0) return 0;
  const { claimed, began } = await withTransaction(database, async (tx) => claim(tx, [...gateways.keys()]));
  const caughtUp = await Promise.allSettled(
    claimed.map(async (listing) => {
      const { provider } = listing;
      let taken: number;
      try {
        taken = await receiveListedEvents(
          provider,
          await gateways.get(provider)!.listEvents(listedSince(listing)),
          take,
        );
      } catch (error) {
        const retry = { firstMs: listingRetryFirstMs, maxMs: everyMs };
        await finish(database, listing, (now) => ({ ...listing, dueAt: retryAt(retry, listing.attempts, now) }));
        throw error;
      }
      await finish(database, listing, (now) => listingCompleted(listing, began, everyMs, now));
      return taken;
    }),
  );
  const failed = caughtUp.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return caughtUp.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), 0);
}

async function claim(
  tx: Transaction,
  providers: readonly string[],
): Promise<{ claimed: GatewayListing[]; began: Date }> {
  await tx.began;
  return { claimed: await claimGatewayListings(tx, providers), began: tx.now };
}

async function finish(
  database: Database,
  listing: GatewayListing,
  became: (now: Date) => GatewayListing,
): Promise<void> {
  await withTransaction(database, async (tx) => {
    await tx.began;
    finishGatewayListing(tx, listing, became(tx.now));
  });
}
