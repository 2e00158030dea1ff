import { and, eq, gt, inArray, isNull, lt, sql } from 'drizzle-orm';
import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Reader } from '../database/page.ts';
import { sessionIdleMs, sessionMs, signInLinkMs, type Session } from './session.ts';
import { apiClients, apiKeys, operatorSessions, signInLinks } from './tables.ts';

const inMs = (ms: number) => sql`now() + ${ms} * interval '1 millisecond'`;

/** Stores a session of an API key. */
export async function insertSession(tx: Transaction, id: string, apiKeyId: string, tokenHash: Buffer): Promise<void> {
  await tx.db
    .insert(operatorSessions)
    .values({ id, apiKeyId, tokenHash, createdAt: sql`now()`, lastUsedAt: sql`now()`, expiresAt: inMs(sessionMs) });
}

const isAlive = and(
  gt(operatorSessions.expiresAt, sql`now()`),
  gt(operatorSessions.lastUsedAt, sql`now() - ${sessionIdleMs} * interval '1 millisecond'`),
  isNull(apiKeys.revokedAt),
);

// Its use was not stored in the last minute.
const isStale = lt(operatorSessions.lastUsedAt, sql`now() - interval '1 minute'`);

/** The session with this token, and whether `touchSession` would store its use; undefined when it has ended. */
export async function findSession(
  reader: Reader,
  tokenHash: Buffer,
): Promise<(Session & { isStale: boolean }) | undefined> {
  const [session] = await reader
    .select({
      isStale: sql<boolean>`${isStale}`,
      sessionId: operatorSessions.id,
      expiresAt: operatorSessions.expiresAt,
      id: apiKeys.id,
      clientId: apiKeys.clientId,
      name: apiClients.name,
      scopes: apiKeys.scopes,
    })
    .from(operatorSessions)
    .innerJoin(apiKeys, eq(apiKeys.id, operatorSessions.apiKeyId))
    .innerJoin(apiClients, eq(apiClients.id, apiKeys.clientId))
    .where(and(eq(operatorSessions.tokenHash, tokenHash), isAlive));
  return session;
}

/** Stores that a session was used, at most once a minute. */
export async function touchSession(reader: Reader, sessionId: string): Promise<void> {
  await reader
    .update(operatorSessions)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(operatorSessions.id, sessionId), isStale));
}

/** Ends a session. One that has ended already changes nothing. */
export async function deleteSession(reader: Reader, tokenHash: Buffer): Promise<void> {
  await reader.delete(operatorSessions).where(eq(operatorSessions.tokenHash, tokenHash));
}

const endedMax = 1_000;

/** Removes sessions and links that have ended. */
export async function deleteEndedSessions(tx: Transaction): Promise<void> {
  const ended = tx.db
    .select({ id: operatorSessions.id })
    .from(operatorSessions)
    .where(lt(operatorSessions.expiresAt, sql`now()`))
    .limit(endedMax)
    .for('update', { skipLocked: true });
  await tx.db.delete(operatorSessions).where(inArray(operatorSessions.id, ended));
  const used = tx.db
    .select({ tokenHash: signInLinks.tokenHash })
    .from(signInLinks)
    .where(lt(signInLinks.expiresAt, sql`now()`))
    .limit(endedMax)
    .for('update', { skipLocked: true });
  await tx.db.delete(signInLinks).where(inArray(signInLinks.tokenHash, used));
}

/** Stores a link for an API key. Returns when it ends; undefined when there is no such key. */
export async function insertSignInLink(reader: Reader, keyId: string, tokenHash: Buffer): Promise<Date | undefined> {
  const key = reader
    .select({
      tokenHash: sql`${tokenHash}::bytea`.as('token_hash'),
      apiKeyId: apiKeys.id,
      expiresAt: inMs(signInLinkMs).as('expires_at'),
    })
    .from(apiKeys)
    .where(and(eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt)));
  const [link] = await reader.insert(signInLinks).select(key).returning({ expiresAt: signInLinks.expiresAt });
  return link?.expiresAt;
}

/** Removes a link, which works once. Returns its API key; undefined when it was used, has ended or never existed. */
export async function takeSignInLink(tx: Transaction, tokenHash: Buffer): Promise<string | undefined> {
  const [taken] = await tx.db
    .delete(signInLinks)
    .where(eq(signInLinks.tokenHash, tokenHash))
    .returning({ apiKeyId: signInLinks.apiKeyId, isValid: sql<boolean>`${signInLinks.expiresAt} > now()` });
  return taken?.isValid ? taken.apiKeyId : undefined;
}
