import { createHash, randomBytes } from 'node:crypto';

/** What an operator's key may do. */
export const scopes = ['catalog', 'stock', 'orders', 'money', 'gateway-events', 'keys'] as const;
export type Scope = (typeof scopes)[number];

/** An operator's key as it is listed: the key itself is shown once, when it is made, and kept as a hash alone. */
export type ApiKey = {
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

const prefix = 'ck_';

/** A new key: 256 random bits behind a prefix that secret scanners and people recognise. */
export const newApiKey = (): string => prefix + randomBytes(32).toString('base64url');

export const looksLikeApiKey = (token: string): boolean => token.startsWith(prefix);

export const hashApiKey = (key: string): Buffer => createHash('sha256').update(key).digest();
