import { apiKeyIdInput, createApiKeyInput, listApiKeysInput } from '@commerce-core/core';
import { requireScope } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';

/** Operators' API keys. All procedures are for operators with the scope `keys`. */
export const apiKeyRouter = router({
  /**
   * Creates an API key with a name of 1 to 100 characters and one or more scopes. The scopes must be a subset of the
   * caller's own: otherwise a key with the scope `keys` alone could create a key for everything.
   *
   * Returns the key's record and, this once, the key itself in `key`; the database has only its hash. The call takes no
   * Idempotency-Key, because the answer must not be stored.
   * @throws forbidden when the caller's key lacks one of the scopes
   */
  create: procedure.input(createApiKeyInput).mutation(({ ctx, input }) => {
    for (const scope of input.scopes) requireScope(ctx.caller, scope);
    return ctx.commerce.createApiKey(input);
  }),
  /** Returns a page of the keys' records, revoked ones included, the latest first. */
  list: procedure.input(listApiKeysInput.optional()).query(({ ctx, input }) => ctx.commerce.listApiKeys(input)),
  /**
   * Revokes a key at once, in every process. Returns its record. Revoking a key again changes nothing.
   * @throws api_key_not_found when no key has this id
   */
  revoke: procedure.input(apiKeyIdInput).mutation(({ ctx, input }) => ctx.commerce.revokeApiKey(input)),
});
