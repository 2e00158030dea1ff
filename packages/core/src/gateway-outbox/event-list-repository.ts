import { texts, statement, type Transaction } from '@commerce-core/pg-pipeline';
import { claiming, leaseIsHeld, leaseParameters, renewing } from '../due-work/lease.ts';
import type { GatewayListing } from './event-list.ts';
import { gatewayListings } from './tables.ts';

// Truncated to the columns' precision: a value that is rounded up is not due in this transaction.
const open = statement(
  'open_gateway_listings',
  `
  insert into "commerce"."gateway_listings" ("provider", "listed_until", "attempts", "due_at")
  select provider, date_trunc('milliseconds', now()), 0, date_trunc('milliseconds', now())
    from unnest($1::text[]) as given (provider) order by provider
  on conflict ("provider") do nothing`,
);

/** SQL that is true when the list of one of these providers is due. `parameter` holds the providers, like `$1`. */
export const someGatewayListingIsDue = (parameter: string): string => `exists (
    select from unnest(${parameter}::text[]) as given (provider)
      left join "commerce"."gateway_listings" l on l."provider" = given.provider
    where l."due_at" is null or l."due_at" <= now())`;

const claim = claiming(gatewayListings, gatewayListings.provider);

/**
 * Claims the due listings of these gateways. A gateway without a listing gets one that begins now:
 * older events of its account are about no payment of this shop.
 */
export async function claimGatewayListings(tx: Transaction, providers: readonly string[]): Promise<GatewayListing[]> {
  tx.send(open, [texts(providers)]);
  return claim(tx, providers, providers.length);
}

/** Renews the leases of listings. */
export const renewGatewayListings = renewing(gatewayListings, gatewayListings.provider);

const finish = statement(
  'finish_gateway_listing',
  `
  update "commerce"."gateway_listings" set
    "listed_until" = greatest("listed_until", $4),
    "attempts" = case when ${leaseIsHeld} then $5 else "attempts" end,
    "due_at" = case when ${leaseIsHeld} then $6 else "due_at" end
  where "provider" = $1`,
);

/**
 * Writes the result of a claimed listing. Only the worker with the last claim sets when the list is read next. Any
 * worker may move `listed_until` forward: its reading began where the list had no gap, and its events are in the inbox.
 */
export function finishGatewayListing(tx: Transaction, listing: GatewayListing, result: GatewayListing): void {
  tx.send(finish, [
    listing.provider,
    ...leaseParameters(listing),
    result.listedUntil.toISOString(),
    result.attempts,
    result.dueAt.toISOString(),
  ]);
}
