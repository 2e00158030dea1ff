import { and, count, eq, lte, sql } from 'drizzle-orm';
import { arrayOf, statement, texts, uuids, type Transaction } from '@commerce-core/pg-pipeline';
import type { Reader } from '../database/page.ts';
import { claiming, leaseIsHeld, leaseParameters, renewing } from '../due-work/lease.ts';
import type { Parcel } from './parcel.ts';
import { parcels } from './tables.ts';

/** The job that registers and polls a provider's parcels. */
export const trackParcelsJob = (provider: string): string => `track_parcels_${provider}`;

/**
 * SQL for the array of those providers that have due parcels, or may have some because a due parcel has no provider
 * yet. `parameter` holds the providers, like `$1`.
 */
export const providersWithDueParcels = (parameter: string): string => `array(
    select given.provider from unnest(${parameter}::text[]) as given (provider)
    where (select min("due_at") <= now() from "commerce"."parcels" where "live" and "due_at" is not null
      and "provider" = given.provider)
      or (select min("due_at") <= now() from "commerce"."parcels" where "live" and "due_at" is not null
        and "provider" is null))`;

const withoutProvider = statement(
  'due_parcels_without_provider',
  `
  select "id", "carrier", "created_at" as "createdAt", "attempts" from "commerce"."parcels"
  where "live" and "provider" is null and "due_at" <= now() order by "due_at" limit $1 for update skip locked`,
);

/**
 * Locks up to `limit` due parcels that no provider has taken. Those that another transaction has locked are left out.
 */
export async function lockDueParcelsWithoutProvider(
  tx: Transaction,
  limit: number,
): Promise<Pick<Parcel, 'id' | 'carrier' | 'createdAt' | 'attempts'>[]> {
  return tx.query(withoutProvider, [limit]);
}

const assign = statement(
  'assign_parcels_to_providers',
  `
  update "commerce"."parcels" t set "provider" = given."provider", "due_at" = given."due_at",
    "heard_at" = case when given."provider" is null then t."heard_at" else coalesce(t."heard_at", now()) end
  from unnest($1::uuid[], $2::text[], $3::timestamptz[]) as given ("id", "provider", "due_at")
    where t."id" = given."id"`,
);
const timesOf = arrayOf('timestamp (3) with time zone');

/** Gives locked parcels a provider, or without one the time at which a provider is looked for again. */
export function assignProviders(tx: Transaction, assigned: readonly Pick<Parcel, 'id' | 'provider' | 'dueAt'>[]): void {
  if (assigned.length === 0) return;
  tx.send(assign, [
    uuids(assigned.map(({ id }) => id)),
    texts(assigned.map(({ provider }) => provider)),
    timesOf(assigned.map(({ dueAt }) => dueAt)),
  ]);
}

/** Counts parcels on their way that are due to be registered or polled, up to `max`. */
export async function countDueParcels(reader: Reader, max: number): Promise<number> {
  const due = reader
    .select({ id: parcels.id })
    .from(parcels)
    // With a parameter for `live`, PostgreSQL could not use the index of live parcels.
    .where(and(eq(parcels.live, sql`true`), lte(parcels.dueAt, sql`now()`)))
    .limit(max)
    .as('due');
  const [counted] = await reader.select({ rows: count() }).from(due);
  return counted?.rows ?? 0;
}

/** Claims up to `limit` due parcels of these providers. */
export const claimParcels = claiming(parcels, parcels.id, { set: ', "polled_at" = now()', and: 'and "live"' });

/** Renews the leases of parcels. */
export const renewParcels = renewing(parcels, parcels.id);

const hold = statement(
  'hold_parcel_lease',
  `select "id" from "commerce"."parcels" where "id" = $1 and ${leaseIsHeld} and "live" for update`,
);

/** Locks a parcel and returns whether the caller's lease is still held. The order is locked already. */
export async function holdParcelLease(tx: Transaction, parcel: Pick<Parcel, 'id' | 'attempts' | 'dueAt'>) {
  return (await tx.query(hold, [parcel.id, ...leaseParameters(parcel)])).length > 0;
}

/** What a worker writes at the end of its lease. */
export type ProviderResult = Pick<
  Parcel,
  'providerRef' | 'registeredAt' | 'renewAt' | 'attempts' | 'failureCode' | 'dueAt'
>;

const finish = statement(
  'finish_parcel_lease',
  `
  update "commerce"."parcels" set "provider_ref" = $4, "registered_at" = $5, "renew_at" = $6, "attempts" = $7,
    "failure_code" = $8,
    "due_at" = $9
  where "id" = $1 and ${leaseIsHeld}`,
);

/** Writes the result of a lease that `holdParcelLease` has found held. */
export function finishParcelLease(
  tx: Transaction,
  parcel: Pick<Parcel, 'id' | 'attempts' | 'dueAt'>,
  result: ProviderResult,
): void {
  tx.send(finish, [
    parcel.id,
    ...leaseParameters(parcel),
    result.providerRef,
    result.registeredAt?.toISOString() ?? null,
    result.renewAt?.toISOString() ?? null,
    result.attempts,
    result.failureCode,
    result.dueAt?.toISOString() ?? null,
  ]);
}

const restart = statement(
  'restart_tracking_of_parcels',
  `
  update "commerce"."parcels" set "provider" = null, "provider_ref" = null, "registered_at" = null, "renew_at" = null,
    "failure_code" = null, "attempts" = "attempts" + 1, "due_at" = now() where "id" = any($1::uuid[])`,
);

/** Makes parcels due for a new choice of provider, a new registration and a poll. A lease on them ends. */
export function restartTracking(tx: Transaction, parcelIds: readonly string[]): void {
  if (parcelIds.length > 0) tx.send(restart, [uuids(parcelIds)]);
}

// A worker may be polling a parcel that has attempts. Its lease ends, because its answer can be older than the change.
const pollSoon = statement(
  'poll_parcels_soon',
  `
  update "commerce"."parcels" t set "due_at" = given."at"
  from (
    select "id", greatest(now(), "polled_at" + $2::integer * interval '1 millisecond') as "at" from "commerce"."parcels"
    where "live" and "id" = any($1::uuid[]) order by "id" for update
  ) given
  where t."id" = given."id" and (t."due_at" is null or t."due_at" > given."at" or t."attempts" > 0)`,
);

/** Has parcels polled, each at most once in `pauseMs`. */
export function pollParcelsSoon(tx: Transaction, parcelIds: readonly string[], pauseMs: number): void {
  if (parcelIds.length > 0) tx.send(pollSoon, [uuids(parcelIds), pauseMs]);
}
