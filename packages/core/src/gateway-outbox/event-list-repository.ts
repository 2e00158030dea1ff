import { texts, statement, type Transaction } from '@commerce-core/pg-pipeline';
import { listingLeaseMs, type GatewayListing } from './event-list.ts';

// Cut to the columns' precision: rounded up, it would be due only after this transaction's now().
const open = statement(
  'open_gateway_listings',
  `
  insert into "commerce"."gateway_listings" ("provider", "listed_until", "attempts", "due_at")
  select provider, date_trunc('milliseconds', now()), 0, date_trunc('milliseconds', now()) from unnest($1::text[]) as given (provider) order by provider
  on conflict ("provider") do nothing`,
);

const claim = statement(
  'claim_gateway_listings',
  `
  update "commerce"."gateway_listings" t set "attempts" = t."attempts" + 1, "due_at" = now() + $2::integer * interval '1 millisecond'
  from (
    select "provider" from "commerce"."gateway_listings"
    where "provider" = any($1::text[]) and "due_at" <= now() order by "provider" for update skip locked
  ) due
  where t."provider" = due."provider"
  returning t."provider", t."listed_until" as "listedUntil", t."attempts", t."due_at" as "dueAt"`,
);

/**
 * Takes the listings of these gateways that are due, for the length of a lease; those that another process is just taking are
 * left to it. A gateway that is met for the first time begins now: of what it did before this shop had it, nothing is ours,
 * and nobody waits for the years that its account may be older.
 */
export async function claimGatewayListings(tx: Transaction, providers: readonly string[]): Promise<GatewayListing[]> {
  const given = [texts(providers)];
  tx.send(open, given);
  return tx.query<GatewayListing>(claim, [...given, listingLeaseMs]);
}

const finish = statement(
  'finish_gateway_listing',
  `
  update "commerce"."gateway_listings" set
    "listed_until" = greatest("listed_until", $4),
    "attempts" = case when "attempts" = $2 and "due_at" = $3 then $5 else "attempts" end,
    "due_at" = case when "attempts" = $2 and "due_at" = $3 then $6 else "due_at" end
  where "provider" = $1`,
);

/**
 * Writes what became of a listing as it was claimed. When it is due next is said by whoever has taken it last. The mark goes
 * ahead whoever that is: it began where there was no gap, and its events are in the inbox.
 */
export function finishGatewayListing(
  tx: Transaction,
  { provider, attempts, dueAt: leaseUntil }: GatewayListing,
  became: GatewayListing,
): void {
  tx.send(finish, [
    provider,
    attempts,
    leaseUntil.toISOString(),
    became.listedUntil.toISOString(),
    became.attempts,
    became.dueAt.toISOString(),
  ]);
}
