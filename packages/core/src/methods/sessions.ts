import type { z } from 'zod';
import { findApiKey, touchApiKey } from '../access/api-key-repository.ts';
import { apiKeyIdInput } from '../access/api-key-input.ts';
import { hashApiKey } from '../access/api-key.ts';
import {
  deleteSession,
  endSession,
  findSession,
  insertSession,
  insertSignInLink,
  listSessions,
  takeSignInLink,
  touchSession,
} from '../access/session-repository.ts';
import {
  hashToken,
  listSessionsInput,
  newToken,
  sessionIdInput,
  signInInput,
  type Session,
  type SessionRecord,
  type SignedIn,
} from '../access/session.ts';
import { pageOf, type Page } from '../database/page.ts';
import { read, withTransaction, type Transaction } from '../database/transaction.ts';
import { CommerceError } from '../errors.ts';
import { newId } from '../ids.ts';
import type { Context } from '../run/context.ts';
import { parse } from '../validation.ts';

/**
 * Operators who are signed in at the page. A session has the scopes of its API key, and ends when the key is revoked.
 */
export function sessionMethods({ database }: Context) {
  const { db } = database;
  return {
    /**
     * Signs an operator in by an API key (`key`), or by the token of a link (`link`), which works once. A session ends
     * after 12 hours, after 2 hours without a call, and when its key is revoked.
     * @returns the session with its token, which can't be read again
     * @throws validation_failed when there is neither or both
     * @throws unauthenticated when the key is unknown or revoked, or the link was used or has ended
     * @throws database_unavailable when the database can't be reached
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; a link may have been used
     */
    async signIn(input: z.input<typeof signInInput>): Promise<SignedIn> {
      const given = parse(signInInput, input);
      const token = newToken();
      const sessionId = newId();
      const session = await withTransaction(database, async (tx) => {
        const apiKeyId =
          'key' in given ? await keyIdOf(tx, given.key) : await takeSignInLink(tx, hashToken(given.link));
        if (apiKeyId === undefined) return undefined;
        await insertSession(tx, sessionId, apiKeyId, hashToken(token));
        await touchApiKey(tx.db, apiKeyId);
        return findSession(tx.db, hashToken(token));
      });
      if (session) return { ...withoutState(session), token };
      throw new CommerceError(
        'unauthenticated',
        'key' in given ? 'the API key is unknown or revoked' : 'the link was used before, or has ended',
      );
    },

    /**
     * Finds the session of a token, and stores that it and its API key were used (at most once a minute) unless
     * `touch` is false.
     * @returns undefined when the session has ended or its key was revoked
     * @throws database_unavailable when the database can't be reached
     */
    async findSession(token: string, { touch = true }: { touch?: boolean } = {}): Promise<Session | undefined> {
      return read(async () => {
        const found = await findSession(db, hashToken(token));
        if (found?.isStale && touch) {
          await touchSession(db, found.sessionId);
          await touchApiKey(db, found.id);
        }
        return found && withoutState(found);
      });
    },

    /**
     * Ends the session of a token. A session that has ended stays so.
     * @throws database_unavailable when the database can't be reached
     */
    signOut: async (token: string): Promise<void> => read(async () => deleteSession(db, hashToken(token))),

    /**
     * Lists the sessions that have not ended, the newest first, 1 to 100 a page (`limit`, 50 by default). Each has its
     * API key (`apiKeyId`), the `name` of the key's client, and when it was used last, to the minute (`lastUsedAt`). It
     * ends at `expiresAt` at the latest.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    async listSessions(input: z.input<typeof listSessionsInput> = {}): Promise<Page<SessionRecord>> {
      const { cursor, limit } = parse(listSessionsInput, input);
      const sessions = await read(async () => listSessions(db, { cursor, limit: limit + 1 }));
      return pageOf(sessions, limit, ({ sessionId }) => sessionId);
    },

    /**
     * Ends a session at once, in every process: its next call is refused. A stream that it has open ends within 30 s.
     * @returns the session as it was
     * @throws validation_failed when the id isn't a UUID
     * @throws session_not_found when there is no such session, or it has ended
     * @throws database_unavailable when the database can't be reached
     */
    async endSession(input: z.input<typeof sessionIdInput>): Promise<SessionRecord> {
      const { sessionId } = parse(sessionIdInput, input);
      const ended = await read(async () => endSession(db, sessionId));
      if (ended) return ended;
      throw new CommerceError('session_not_found', 'there is no such session, or it has ended');
    },

    /**
     * Makes a link that signs in with the rights of an API key, once and within 10 minutes.
     * @returns the token of the link (`link`), which can't be read again, and when it ends
     * @throws validation_failed when the id isn't a UUID
     * @throws api_key_not_found when there is no such API key
     * @throws database_unavailable when the database can't be reached
     */
    async createSignInLink(input: z.input<typeof apiKeyIdInput>): Promise<{ link: string; expiresAt: Date }> {
      const { apiKeyId } = parse(apiKeyIdInput, input);
      const link = newToken();
      const expiresAt = await read(async () => insertSignInLink(db, apiKeyId, hashToken(link)));
      if (expiresAt) return { link, expiresAt };
      throw new CommerceError('api_key_not_found', 'there is no such API key');
    },
  };
}

const withoutState = ({ isStale: _, ...session }: Session & { isStale: boolean }): Session => session;

async function keyIdOf(tx: Transaction, key: string): Promise<string | undefined> {
  return (await findApiKey(tx.db, hashApiKey(key)))?.key.id;
}
