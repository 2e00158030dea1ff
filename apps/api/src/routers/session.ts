import { forbidden } from '../auth/caller.ts';
import { operatorOf } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';

/** The operator who calls. For operators with any scope. */
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
});
