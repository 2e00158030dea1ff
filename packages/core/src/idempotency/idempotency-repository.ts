import { texts, insertion, selection, statement, type Transaction } from '@commerce-core/pg-pipeline';
import { leaseEnd } from '../due-work/lease.ts';
import type { IdempotencyKey, StoredAnswer } from './idempotency-key.ts';
import { idempotencyKeys } from './tables.ts';

// LIMIT makes this a look-up for each key: with statistics from a small table, a join would be planned as a scan.
const byScopeAndKey = selection(
  'idempotency_keys_by_key',
  idempotencyKeys,
  '',
  `
  unnest($1::text[], $2::text[]) as given ("scope", "key")
    cross join lateral (select * from "commerce"."idempotency_keys" k
    where k."scope" = given."scope" and k."key" = given."key" limit 1)`,
);

/** The stored keys among the given ones, with their answers. An expired key counts until it is deleted. */
export async function readIdempotencyKeys(tx: Transaction, keys: readonly IdempotencyKey[]) {
  return byScopeAndKey(tx, [texts(keys.map(({ scope }) => scope)), texts(keys.map(({ key }) => key))]);
}

const insertKeys = insertion(idempotencyKeys);

type Answered = IdempotencyKey & { answer: StoredAnswer; expiresAt: Date };
type Leased = IdempotencyKey & Lease & { expiresAt: Date };

/**
 * Stores keys with their answers or leases. This is the transaction's last lock, so another transaction that stores an
 * equal key has all of its locks and commits. After that commit this transaction fails by `idempotency_keys_pkey` and
 * runs again.
 */
export function insertIdempotencyKeys(tx: Transaction, rows: readonly (Answered | Leased)[]): void {
  if (rows.length === 0) return;
  // Sorted: two transactions that insert two equal keys in opposite order would deadlock.
  const sorted = rows.toSorted((a, b) => (a.scope < b.scope || (a.scope === b.scope && a.key < b.key) ? -1 : 1));
  insertKeys(tx, sorted);
}

/**
 * The right to run a call alone until `leaseUntil`, with the row that the call has written. `leaseUntil` also tells
 * leases apart: a later lease of the same key ends later.
 */
export type Lease = { rowId: string; leaseUntil: Date };

const renew = statement(
  'renew_idempotency_lease',
  `
  update "commerce"."idempotency_keys" set "lease_until" = ${leaseEnd('$3')}
  where "scope" = $1 and "key" = $2 and "answer" is null and "lease_until" <= now() returning "row_id" as "rowId",
    "lease_until" as "leaseUntil"`,
);

/** Leases a call whose last lease has ended, for `leaseMs`. Returns undefined while another call holds the lease. */
export async function renewIdempotencyLease(
  tx: Transaction,
  { scope, key }: IdempotencyKey,
  leaseMs: number,
): Promise<Lease | undefined> {
  return (await tx.query<Lease>(renew, [scope, key, leaseMs]))[0];
}

const complete = statement(
  'complete_idempotency_key',
  `
  update "commerce"."idempotency_keys" set "answer" = $4, "lease_until" = null
  where "scope" = $1 and "key" = $2 and "answer" is null
    and ("lease_until" = $3::timestamptz or "lease_until" <= now()) returning 1 as "completed"`,
);

/**
 * Stores the answer of a leased call.
 * @returns false when the answer doesn't count: one is stored already, or another call holds the lease
 */
export async function completeIdempotencyKey(
  tx: Transaction,
  { scope, key }: IdempotencyKey,
  { leaseUntil }: Lease,
  answer: StoredAnswer,
): Promise<boolean> {
  return (await tx.query(complete, [scope, key, leaseUntil.toISOString(), JSON.stringify(answer)])).length > 0;
}

const release = statement(
  'release_idempotency_lease',
  `
  update "commerce"."idempotency_keys" set "lease_until" = now()
  where "scope" = $1 and "key" = $2 and "answer" is null and "lease_until" = $3::timestamptz`,
);

/** Ends the lease of a call without an answer, so the next call of the key may continue at once. Other leases stay. */
export function releaseIdempotencyLease(tx: Transaction, { scope, key }: IdempotencyKey, { leaseUntil }: Lease): void {
  tx.send(release, [scope, key, leaseUntil.toISOString()]);
}

/** SQL for the time at which the next key expires, or the oldest one should have gone; null without keys. */
export const firstKeyExpiry = `(select min("expires_at") from "commerce"."idempotency_keys")`;

const deleteExpired = statement(
  'delete_expired_idempotency_keys',
  `
  delete from "commerce"."idempotency_keys" where ctid = any(array(
    select ctid from "commerce"."idempotency_keys"
    where "expires_at" >= coalesce($2::timestamptz, '-infinity') and "expires_at" <= (select clock_timestamp())
    order by "expires_at" limit $1 for update skip locked
  )) returning "expires_at" as "time"`,
);

/**
 * Deletes up to `limit` expired keys, those first that expired first, from `walkedUntil` on. Returns when they expired.
 */
export async function deleteExpiredIdempotencyKeys(
  tx: Transaction,
  { limit, walkedUntil }: { limit: number; walkedUntil: Date | null },
): Promise<{ time: Date }[]> {
  return tx.query(deleteExpired, [limit, walkedUntil?.toISOString() ?? null]);
}
