import { sql } from 'drizzle-orm';
import { check, text, unique, uuid } from 'drizzle-orm/pg-core';
import { bytea, commerceSchema, quoted, timestamptz } from '../database/schema.ts';
import { scopes, type Scope } from './api-key.ts';

export const apiKeys = commerceSchema.table(
  'api_keys',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    // Plain SHA-256 is enough: 256 random bits can't be guessed, so hashing needn't be slow.
    keyHash: bytea('key_hash').notNull(),
    scopes: text('scopes').array().$type<Scope[]>().notNull(),
    createdAt: timestamptz('created_at').notNull(),
    lastUsedAt: timestamptz('last_used_at'),
    revokedAt: timestamptz('revoked_at'),
  },
  (t) => [
    unique('api_keys_key_hash').on(t.keyHash),
    check('api_keys_key_hash_length', sql`octet_length(${t.keyHash}) = 32`),
    check('api_keys_name_length', sql`length(${t.name}) between 1 and 100`),
    check(
      'api_keys_scopes_known',
      sql`cardinality(${t.scopes}) > 0 and ${t.scopes} <@ array[${sql.raw(quoted(scopes))}]`,
    ),
  ],
);
