import { sql } from 'drizzle-orm';
import { check, index, json, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, commerceSchema, timestamptz } from '../database/schema.ts';
import type { StoredAnswer } from './idempotency-key.ts';

/** Answers to calls that were made with a key, written in the transaction of the call itself. */
export const idempotencyKeys = commerceSchema.table(
  'idempotency_keys',
  {
    scope: text('scope').notNull(),
    key: text('key').notNull(),
    procedure: text('procedure').notNull(),
    fingerprint: bytea('fingerprint').notNull(),
    // json, not jsonb: an answer is given again to the letter, the order of its fields included.
    answer: json('answer').$type<StoredAnswer>(),
    // Of a call that goes to a gateway: the row that it made, and how long nobody else shall go on with it.
    rowId: uuid('row_id'),
    leaseUntil: timestamptz('lease_until'),
    expiresAt: timestamptz('expires_at').notNull(),
  },
  (t) => [
    primaryKey({ name: 'idempotency_keys_pkey', columns: [t.scope, t.key] }),
    check('idempotency_keys_fingerprint_length', sql`octet_length(${t.fingerprint}) = 32`),
    check('idempotency_keys_key_length', sql`length(${t.key}) between 1 and 255`),
    check(
      'idempotency_keys_answered_or_leased',
      sql`(${t.answer} is null) = (${t.leaseUntil} is not null) and (${t.leaseUntil} is null or ${t.rowId} is not null)`,
    ),
    index('idempotency_keys_expiry').on(t.expiresAt),
  ],
);
