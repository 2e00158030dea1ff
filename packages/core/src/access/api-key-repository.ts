import { and, desc, eq, getTableColumns, isNull, lt, or, sql } from 'drizzle-orm';
import { after, matches } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import type { ApiKey, KeyHolder } from './api-key.ts';
import { apiClients, apiKeys } from './tables.ts';

const { keyHash: _keyHash, ...stored } = getTableColumns(apiKeys);
const listed = { ...stored, name: apiClients.name };
const { id, clientId, scopes } = stored;

/** Inserts a key's record and returns it. The client with this name gets the key; without one, it is created. */
export async function insertApiKey(
  reader: Reader,
  { name, newClientId, ...row }: Pick<ApiKey, 'id' | 'name' | 'scopes'> & { newClientId: string },
  keyHash: Buffer,
): Promise<ApiKey> {
  // The update changes nothing. It returns the client of another transaction, which DO NOTHING would not.
  const [client] = await reader
    .insert(apiClients)
    .values({ id: newClientId, name, createdAt: sql`now()` })
    .onConflictDoUpdate({ target: apiClients.name, set: { name } })
    .returning();
  const [key] = await reader
    .insert(apiKeys)
    // An INSERT that doesn't fail returns its row.
    .values({ ...row, clientId: client!.id, keyHash, createdAt: sql`now()` })
    .returning(stored);
  return { ...key!, name };
}

// Its use was not stored in the last minute.
const isStale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`));

/** The key with this hash, and whether `touchApiKey` would store its use; undefined when it is unknown or revoked. */
export async function findApiKey(
  reader: Reader,
  keyHash: Buffer,
): Promise<{ key: KeyHolder; isStale: boolean } | undefined> {
  const rows = await reader
    .select({ key: { id, clientId, name: apiClients.name, scopes }, isStale: sql<boolean>`${isStale}` })
    .from(apiKeys)
    .innerJoin(apiClients, eq(apiClients.id, clientId))
    .where(and(eq(apiKeys.keyHash, keyHash), isNull(apiKeys.revokedAt)));
  return rows[0];
}

/** Stores when a key was used, at most once a minute: otherwise a busy key would update its row with every call. */
export async function touchApiKey(reader: Reader, keyId: string): Promise<void> {
  await reader
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(id, keyId), isStale));
}

/** Keys, the newest first. */
export async function listApiKeys(
  reader: Reader,
  filter: { clientId?: string | undefined },
  { cursor, limit }: PageRequest,
): Promise<ApiKey[]> {
  return reader
    .select(listed)
    .from(apiKeys)
    .innerJoin(apiClients, eq(apiClients.id, clientId))
    .where(and(matches(clientId, filter.clientId), after(id, cursor)))
    .orderBy(desc(id))
    .limit(limit);
}

/** Revokes a key. A key that is revoked already keeps its time. Returns undefined when there is no such key. */
export async function revokeApiKey(reader: Reader, keyId: string): Promise<ApiKey | undefined> {
  const rows = await reader
    .update(apiKeys)
    .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, now())` })
    .from(apiClients)
    .where(and(eq(id, keyId), eq(apiClients.id, clientId)))
    .returning(listed);
  return rows[0];
}
