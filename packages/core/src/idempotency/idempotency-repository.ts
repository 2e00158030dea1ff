import { texts, insertion, selection, statement, type Transaction } from '@commerce-core/pg-pipeline';
import type { IdempotencyKey, StoredAnswer } from './idempotency-key.ts';
import { idempotencyKeys } from './tables.ts';

// LIMIT keeps the look-ups look-ups, key by key: on statistics of a small table a join with it would be planned as a scan.
const byScopeAndKey = selection(
  'idempotency_keys_by_key',
  idempotencyKeys,
  '',
  `
  unnest($1::text[], $2::text[]) as given ("scope", "key") cross join lateral (select * from "commerce"."idempotency_keys" k
    where k."scope" = given."scope" and k."key" = given."key" limit 1)`,
);

/** Keys that were used already, with their answers. A key counts until it is deleted. */
export async function readIdempotencyKeys(tx: Transaction, keys: readonly IdempotencyKey[]) {
  return byScopeAndKey(tx, [texts(keys.map(({ scope }) => scope)), texts(keys.map(({ key }) => key))]);
}

const insertKeys = insertion(idempotencyKeys);

type Answered = IdempotencyKey & { answer: StoredAnswer; expiresAt: Date };
type Leased = IdempotencyKey & Lease & { expiresAt: Date };

/**
 * Stores answers beside their keys, as the transaction's last lock: whoever holds an equal key has all its locks already and
 * commits. An equal key that committed meanwhile fails the transaction by `idempotency_keys_pkey`, and it runs again.
 */
export function insertIdempotencyKeys(tx: Transaction, answered: readonly (Answered | Leased)[]): void {
  if (answered.length === 0) return;
  // Sorted: two transactions that insert two equal keys in opposite order would wait for each other.
  const sorted = answered.toSorted((a, b) => (a.scope < b.scope || (a.scope === b.scope && a.key < b.key) ? -1 : 1));
  insertKeys(tx, sorted);
}

/**
 * Who is at a call: its row, and until when nobody else shall go on with it. The time is also its holder's sign, for a lease
 * that follows ends later than it.
 */
export type Lease = { rowId: string; leaseUntil: Date };

const renew = statement(
  'renew_idempotency_lease',
  `
  update "commerce"."idempotency_keys" set "lease_until" = now() + $3::integer * interval '1 millisecond'
  where "scope" = $1 and "key" = $2 and "answer" is null and "lease_until" <= now() returning "row_id" as "rowId", "lease_until" as "leaseUntil"`,
);

/** Goes on with a call whose lease is over; undefined while somebody else is at it. */
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
  where "scope" = $1 and "key" = $2 and "answer" is null and ("lease_until" = $3::timestamptz or "lease_until" <= now()) returning 1 as "completed"`,
);

/** Stores the answer of a call that was leased. Answers false where it doesn't count: there is one, or somebody else is at it. */
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

/** The call ended without an answer: whoever comes next goes on with it at once. Another one's lease stays as it is. */
export function releaseIdempotencyLease(tx: Transaction, { scope, key }: IdempotencyKey, { leaseUntil }: Lease): void {
  tx.send(release, [scope, key, leaseUntil.toISOString()]);
}

const deleteExpired = statement(
  'delete_expired_idempotency_keys',
  `
  delete from "commerce"."idempotency_keys" where ctid = any(array(
    select ctid from "commerce"."idempotency_keys" where "expires_at" <= now() order by "expires_at" limit $1 for update skip locked
  )) returning 1 as "deleted"`,
);

/** Deletes up to `limit` keys that have expired. Answers how many. */
export async function deleteExpiredIdempotencyKeys(tx: Transaction, limit: number): Promise<number> {
  return (await tx.query(deleteExpired, [limit])).length;
}
