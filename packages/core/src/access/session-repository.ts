import { and, desc, eq, exists, getTableColumns, gt, isNull, lt, sql } from 'drizzle-orm';
import { statement, type Transaction } from '@commerce-core/pg-pipeline';
import { after } from '../database/list-conditions.ts';
import type { PageRequest, Reader } from '../database/page.ts';
import { timeOver } from '../due-work/time-over.ts';
import { sessionIdleMs, sessionMs, signInLinkMs, type Session, type SessionRecord } from './session.ts';
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

const ofKey = { clientId: apiKeys.clientId, name: apiClients.name, scopes: apiKeys.scopes };

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
      ...ofKey,
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

const { id, apiKeyId, createdAt, lastUsedAt, expiresAt } = getTableColumns(operatorSessions);
const listed = { sessionId: id, apiKeyId, createdAt, lastUsedAt, expiresAt };

/** Sessions that have not ended, the newest first. */
export async function listSessions(reader: Reader, { cursor, limit }: PageRequest): Promise<SessionRecord[]> {
  return reader
    .select({ ...listed, ...ofKey })
    .from(operatorSessions)
    .innerJoin(apiKeys, eq(apiKeys.id, apiKeyId))
    .innerJoin(apiClients, eq(apiClients.id, apiKeys.clientId))
    .where(and(isAlive, after(id, cursor)))
    .orderBy(desc(id))
    .limit(limit);
}

/** Ends the session with this id. Returns it as it was; undefined when it has ended before or never existed. */
export async function endSession(reader: Reader, sessionId: string): Promise<SessionRecord | undefined> {
  const key = reader
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(and(eq(apiKeys.id, apiKeyId), isAlive));
  const ended = reader.$with('ended').as(
    reader
      .delete(operatorSessions)
      .where(and(eq(id, sessionId), exists(key)))
      .returning(listed),
  );
  const [session] = await reader
    .with(ended)
    .select({ ...ended._.selectedFields, ...ofKey })
    .from(ended)
    .innerJoin(apiKeys, eq(apiKeys.id, ended.apiKeyId))
    .innerJoin(apiClients, eq(apiClients.id, apiKeys.clientId));
  return session;
}

const removing = (name: string, table: string) =>
  statement(
    name,
    `
  delete from "commerce"."${table}" where "token_hash" in (
    select "token_hash" from "commerce"."${table}"
    where "expires_at" <= ${timeOver('$1')} order by "expires_at" limit $2 for update skip locked)
  returning "api_key_id"`,
  );
const removeSessions = removing('remove_ended_sessions', 'operator_sessions');
const removeLinks = removing('remove_ended_sign_in_links', 'sign_in_links');

/**
 * Removes up to `limit` sessions and as many links that ended at the latest `keepMs` ago, those first that ended first.
 * Returns how many of both, and whether there may be more.
 */
export async function removeEndedSessions(
  tx: Transaction,
  keepMs: number,
  limit: number,
): Promise<{ removed: number; isFull: boolean }> {
  const [sessions, links] = [
    await tx.query(removeSessions, [keepMs, limit]),
    await tx.query(removeLinks, [keepMs, limit]),
  ];
  return {
    removed: sessions.length + links.length,
    isFull: sessions.length === limit || links.length === limit,
  };
}

/** SQL for the time at which the oldest session or link ends at the latest; null without one. */
export const oldestSessionEnd = `least((select min("expires_at") from "commerce"."operator_sessions"),
    (select min("expires_at") from "commerce"."sign_in_links"))`;

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
