import { listSessionsInput, sessionIdInput, type SessionRecord } from '@commerce-core/core';
import { forbidden, type Caller } from '../auth/caller.ts';
import { operatorOf } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';

/** Marks the session of the caller. */
const seenBy =
  (caller: Caller) =>
  (session: SessionRecord): SessionRecord & { isOwn: boolean } => ({
    ...session,
    isOwn: session.sessionId === operatorOf(caller).session?.sessionId,
  });

/** Operators who are signed in at the page. */
export const sessionRouter = router({
  /**
   * Returns the id (`apiKeyId`), the `name` and the `scopes` of the caller's API key, and when the caller's session
   * ends at the latest (`expiresAt`); null for a caller with an API key.
   */
  get: procedure.query(({ ctx }) => {
    const { apiKeyId, name, scopes, session } = operatorOf(ctx.caller);
    return { apiKeyId, name, scopes, expiresAt: session?.expiresAt ?? null };
  }),
  /**
   * Makes a link that signs in at the page with the rights of the caller's API key, once and within 10 minutes.
   *
   * Returns the `path` of the link at this server, and when it ends (`expiresAt`).
   * @throws forbidden when the caller is signed in at the page: a session can't outlive itself
   */
  createLink: procedure.mutation(async ({ ctx }) => {
    const { apiKeyId, session } = operatorOf(ctx.caller);
    if (session) throw forbidden('this needs an API key: a session makes no link');
    const { link, expiresAt } = await ctx.commerce.createSignInLink({ apiKeyId });
    return { path: `/admin/sign-in#${link}`, expiresAt };
  }),
  /**
   * Returns a page of the sessions that have not ended, the latest first, each with its API key (`apiKeyId`), the
   * `name` of the key's client and its scopes. `isOwn` says whether it is the session of the caller.
   */
  list: procedure.input(listSessionsInput.optional()).query(async ({ ctx, input }) => {
    const { items, nextCursor } = await ctx.commerce.listSessions(input);
    return { items: items.map(seenBy(ctx.caller)), nextCursor };
  }),
  /**
   * Ends a session at once, in every process: its next call is refused, and a stream that it has open ends within 30
   * seconds. Its API key stays valid. Returns the session as it was.
   * @throws session_not_found when no session has this id, or it has ended
   */
  end: procedure
    .input(sessionIdInput)
    .mutation(async ({ ctx, input }) => seenBy(ctx.caller)(await ctx.commerce.endSession(input))),
});
