import type { Call, Commerce } from '@commerce-core/core';
import { initTRPC } from '@trpc/server';
import { authorize } from '../auth/access.ts';
import type { Caller } from '../auth/caller.ts';
import { errorShape } from '../http/refusal.ts';

/** `call` says about a mutation what isn't in its input: its idempotency key, and whether its caller is still there. */
export type Context = { commerce: Commerce; caller: Caller; call: Call };

const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: ({ error, path }) => errorShape(error, path),
});

export const { router } = t;

/** Every procedure is made of this one, so none escapes the table in access.ts. It comes before the input is read. */
export const procedure = t.procedure.use(({ path, ctx, next }) => {
  authorize(path, ctx.caller);
  return next();
});
