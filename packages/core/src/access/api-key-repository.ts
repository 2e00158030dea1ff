import { and, desc, eq, getTableColumns, isNull, lt, or, sql } from 'drizzle-orm';
import { after } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import type { ApiKey } from './api-key.ts';
import { apiKeys } from './tables.ts';

const { keyHash: _keyHash, ...listed } = getTableColumns(apiKeys);

/** Inserts a key's record and returns it. */
export async function insertApiKey(
  reader: Reader,
  row: Pick<ApiKey, 'id' | 'name' | 'scopes'>,
  keyHash: Buffer,
): Promise<ApiKey> {
  const rows = await reader
    .insert(apiKeys)
    .values({ ...row, keyHash, createdAt: sql`now()` })
    .returning(listed);
  // An INSERT that doesn't fail returns its row.
  return rows[0]!;
}

// Its use was not stored in the last minute.
const isStale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`));

/** The key with this hash, and whether `touchApiKey` would store its use; undefined when it is unknown or revoked. */
export async function findApiKey(
  reader: Reader,
  keyHash: Buffer,
): Promise<{ key: ApiKey; isStale: boolean } | undefined> {
  const rows = await reader
    .select({ key: listed, isStale: sql<boolean>`${isStale}` })
    .from(apiKeys)
    .where(and(eq(apiKeys.keyHash, keyHash), isNull(apiKeys.revokedAt)));
  return rows[0];
}

/** Stores when a key was used, at most once a minute: otherwise a busy key would update its row with every call. */
export async function touchApiKey(reader: Reader, id: string): Promise<void> {
  await reader
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKeys.id, id), isStale));
}

/** Keys, the newest first. The filter is empty: every list function has the same shape. */
export async function listApiKeys(reader: Reader, _filter: object, { cursor, limit }: PageRequest): Promise<ApiKey[]> {
  return reader.select(listed).from(apiKeys).where(after(apiKeys.id, cursor)).orderBy(desc(apiKeys.id)).limit(limit);
}

/** Revokes a key. A key that is revoked already keeps its time. Returns undefined when there is no such key. */
export async function revokeApiKey(reader: Reader, id: string): Promise<ApiKey | undefined> {
  const rows = await reader
    .update(apiKeys)
    .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, now())` })
    .where(eq(apiKeys.id, id))
    .returning(listed);
  return rows[0];
}
