import { sql } from 'drizzle-orm';
import { check, foreignKey, index, text, unique, uuid } from 'drizzle-orm/pg-core';
import { bytea, commerceSchema, quoted, timestamptz } from '../database/schema.ts';
import { scopes, type Scope } from './api-key.ts';

/**
 * The programs and people that call as operators. A client's keys rotate, so whatever is stored for a caller names the
 * client.
 */
export const apiClients = commerceSchema.table(
  'api_clients',
  {
    id: uuid('id').primaryKey(),
    name: text('name').notNull(),
    createdAt: timestamptz('created_at').notNull(),
  },
  (t) => [
    unique('api_clients_name').on(t.name),
    check('api_clients_name_length', sql`length(${t.name}) between 1 and 100`),
  ],
);

export const apiKeys = commerceSchema.table(
  'api_keys',
  {
    id: uuid('id').primaryKey(),
    clientId: uuid('client_id').notNull(),
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
    foreignKey({ name: 'api_keys_client', columns: [t.clientId], foreignColumns: [apiClients.id] }),
    index('api_keys_of_client').on(t.clientId, t.id),
    check(
      'api_keys_scopes_known',
      sql`cardinality(${t.scopes}) > 0 and ${t.scopes} <@ array[${sql.raw(quoted(scopes))}]`,
    ),
  ],
);

/** Operators who are signed in at the page. Only hashes of the cookies are stored. */
export const operatorSessions = commerceSchema.table(
  'operator_sessions',
  {
    id: uuid('id').primaryKey(),
    apiKeyId: uuid('api_key_id').notNull(),
    tokenHash: bytea('token_hash').notNull(),
    createdAt: timestamptz('created_at').notNull(),
    lastUsedAt: timestamptz('last_used_at').notNull(),
    expiresAt: timestamptz('expires_at').notNull(),
  },
  (t) => [
    unique('operator_sessions_token_hash').on(t.tokenHash),
    check('operator_sessions_token_hash_length', sql`octet_length(${t.tokenHash}) = 32`),
    foreignKey({ name: 'operator_sessions_key', columns: [t.apiKeyId], foreignColumns: [apiKeys.id] }),
    index('operator_sessions_expiry').on(t.expiresAt),
  ],
);

/** Links that sign an operator in once. A row goes when its link is used. */
export const signInLinks = commerceSchema.table(
  'sign_in_links',
  {
    tokenHash: bytea('token_hash').primaryKey(),
    apiKeyId: uuid('api_key_id').notNull(),
    expiresAt: timestamptz('expires_at').notNull(),
  },
  (t) => [
    check('sign_in_links_token_hash_length', sql`octet_length(${t.tokenHash}) = 32`),
    foreignKey({ name: 'sign_in_links_key', columns: [t.apiKeyId], foreignColumns: [apiKeys.id] }),
    index('sign_in_links_expiry').on(t.expiresAt),
  ],
);
