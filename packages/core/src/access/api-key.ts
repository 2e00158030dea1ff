import { createHash, randomBytes } from 'node:crypto';

/** The permissions that a key can have. */
export const scopes = [
  'catalog',
  'stock',
  'orders',
  'money',
  'gateway-events',
  'events',
  'webhooks',
  'keys',
  'guests',
] as const;
export type Scope = (typeof scopes)[number];

/**
 * The record of an operator's key. The key itself is shown once, when it is created; only its hash is stored. `name`
 * is the client's. A client may have many keys, and is the same caller with each of them.
 */
export type ApiKey = {
  id: string;
  clientId: string;
  name: string;
  scopes: Scope[];
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

/** What a valid key says about its caller. */
export type KeyHolder = Pick<ApiKey, 'id' | 'clientId' | 'name' | 'scopes'>;

const prefix = 'ck_';

/** A new key: a prefix that people and secret scanners recognise, then 256 random bits. */
export const newApiKey = (): string => prefix + randomBytes(32).toString('base64url');

/** Whether a token has an API key's prefix. */
export const looksLikeApiKey = (token: string): boolean => token.startsWith(prefix);

/** SHA-256 of a key. */
export const hashApiKey = (key: string): Buffer => createHash('sha256').update(key).digest();
