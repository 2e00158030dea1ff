import { insertion, selection } from '../database/rows.ts';
import { statement } from '../database/statement.ts';
import type { Transaction } from '../database/transaction.ts';
import type { IdempotencyKey, StoredAnswer } from './idempotency-key.ts';
import { idempotencyKeys } from './tables.ts';

const byScopeAndKey = selection('idempotency_keys_by_key', idempotencyKeys, `
  where (t."scope", t."key") in (select * from unnest($1::text[], $2::text[]))`);

/** Keys that were used already, with their answers. A key counts until it is deleted. */
export async function readIdempotencyKeys(tx: Transaction, keys: readonly IdempotencyKey[]) {
  return byScopeAndKey(tx, [keys.map(({ scope }) => scope), keys.map(({ key }) => key)]);
}

const insertKeys = insertion(idempotencyKeys);

type Answered = IdempotencyKey & { answer: StoredAnswer; expiresAt: Date };

/**
 * Stores answers beside their keys, as the transaction's last lock: whoever holds an equal key has all its locks already and
 * commits. An equal key that committed meanwhile fails the transaction by `idempotency_keys_pkey`, and it runs again.
 */
export function insertIdempotencyKeys(tx: Transaction, answered: readonly Answered[]): void {
  if (answered.length === 0) return;
  // Sorted: two transactions that insert two equal keys in opposite order would wait for each other.
  const sorted = answered.toSorted((a, b) => (a.scope < b.scope || (a.scope === b.scope && a.key < b.key) ? -1 : 1));
  insertKeys(tx, sorted);
}

const deleteExpired = statement('delete_expired_idempotency_keys', `
  delete from "commerce"."idempotency_keys" where ctid = any(array(
    select ctid from "commerce"."idempotency_keys" where "expires_at" <= now() order by "expires_at" limit $1 for update skip locked
  )) returning 1 as "deleted"`);

/** Deletes up to `limit` keys that have expired. Answers how many. */
export async function deleteExpiredIdempotencyKeys(tx: Transaction, limit: number): Promise<number> {
  return (await tx.query(deleteExpired, [limit])).length;
}
