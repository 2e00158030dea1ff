import { apiKeyIdInput, createApiKeyInput, listApiKeysInput } from '@commerce-core/core';
import { requireScope } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';

export const apiKeyRouter = router({
  /** Hands out no more than the caller has: a key that makes keys must not become one that does everything. */
  create: procedure.input(createApiKeyInput).mutation(({ ctx, input }) => {
    for (const scope of input.scopes) requireScope(ctx.caller, scope);
    return ctx.commerce.createApiKey(input);
  }),
  list: procedure.input(listApiKeysInput.optional()).query(({ ctx, input }) => ctx.commerce.listApiKeys(input)),
  revoke: procedure.input(apiKeyIdInput).mutation(({ ctx, input }) => ctx.commerce.revokeApiKey(input)),
});
