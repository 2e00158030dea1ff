import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { id } from '../ids.ts';
import { pageInput } from '../list-input.ts';
import type { KeyHolder, Scope } from './api-key.ts';

/** How long an operator stays signed in at most, and without a call. */
export const sessionMs = 12 * 60 * 60_000;
export const sessionIdleMs = 2 * 60 * 60_000;
/** How long a link that signs in can be used. */
export const signInLinkMs = 10 * 60_000;

/** What signs an operator in: an API key, or the token of a link, which works once. */
export const signInInput = z.union([
  z.strictObject({ key: z.string().max(200) }),
  z.strictObject({ link: z.string().max(200) }),
]);

/** An operator who is signed in, and when that ends: at `expiresAt`, or after two hours without a call. */
export type Session = KeyHolder & { sessionId: string; expiresAt: Date };

/**
 * The record of a session that has not ended, without its token. It was last used at most a minute after `lastUsedAt`,
 * and ends at `expiresAt` at the latest.
 */
export type SessionRecord = {
  sessionId: string;
  apiKeyId: string;
  clientId: string;
  /** The name of the client that the key belongs to. */
  name: string;
  scopes: Scope[];
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
};

export const listSessionsInput = z.strictObject(pageInput);
export const sessionIdInput = z.strictObject({ sessionId: id });

/** A new session with its token, which is shown once: only its hash is stored. */
export type SignedIn = Session & { token: string };

/** 256 random bits. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** SHA-256 of a token. */
export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();
