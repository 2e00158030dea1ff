import { sql } from 'drizzle-orm';
import { check, index, json, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { bytea, commerceSchema, timestamptz } from '../database/schema.ts';
import type { StoredAnswer } from './idempotency-key.ts';

/** The answers of calls with a key, written in the call's own transaction. */
export const idempotencyKeys = commerceSchema.table(
  'idempotency_keys',
  {
    scope: text('scope').notNull(),
    key: text('key').notNull(),
    procedure: text('procedure').notNull(),
    fingerprint: bytea('fingerprint').notNull(),
    // json, not jsonb: a repeated call returns the same text, with its fields in the same order.
    answer: json('answer').$type<StoredAnswer>(),
    // Only for a call to a gateway: the row that the call wrote, and until when no other call may continue it.
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
