import { apiKeyIdInput, createApiKeyInput, listApiKeysInput } from '@commerce-core/core';
import { requireScope } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';

/** Operators' API keys. All procedures are for operators with the scope `keys`. */
export const apiKeyRouter = router({
  /**
   * Creates an API key for the client with this name (1 to 100 characters), with one or more scopes. A client that
   * does not exist is created. A client that exists gets one more key, and its other keys stay valid until they are
   * revoked. An Idempotency-Key belongs to the client: a retry with another of its API keys returns the first answer.
   *
   * The scopes must be a subset of the caller's own: otherwise a key with the scope `keys` alone could create a key for
   * everything.
   *
   * Returns the key's record and, this once, the key itself in `key`; the database has only its hash. The call takes no
   * Idempotency-Key, because the answer must not be stored.
   * @throws forbidden when the caller's key lacks one of the scopes
   */
  create: procedure.input(createApiKeyInput).mutation(({ ctx, input }) => {
    for (const scope of input.scopes) requireScope(ctx.caller, scope);
    return ctx.commerce.createApiKey(input);
  }),
  /** Returns a page of the keys' records, revoked ones included, the latest first. `clientId` selects a client's. */
  list: procedure.input(listApiKeysInput.optional()).query(({ ctx, input }) => ctx.commerce.listApiKeys(input)),
  /**
   * Revokes a key at once, in every process. Returns its record. Revoking a key again changes nothing.
   * @throws api_key_not_found when no key has this id
   */
  revoke: procedure.input(apiKeyIdInput).mutation(({ ctx, input }) => ctx.commerce.revokeApiKey(input)),
});
