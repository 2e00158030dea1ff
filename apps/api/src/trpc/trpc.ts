import type { Call, Commerce } from '@commerce-core/core';
import { initTRPC } from '@trpc/server';
import { authorize } from '../auth/access.ts';
import type { Caller } from '../auth/caller.ts';
import { errorShape, refusalOf } from '../http/refusal.ts';

/**
 * `call` has what is not in a mutation's input: its idempotency key, and the signal that its caller has disconnected.
 */
export type Context = { commerce: Commerce; caller: Caller; call: Call };

const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: ({ error, path }) => errorShape(refusalOf(error), path),
});

/** Creates a router of procedures. */
export const { router } = t;

/**
 * The base of every procedure. It checks `auth/access.ts` before the input is read, so no procedure is without a rule.
 */
export const procedure = t.procedure.use(({ path, ctx, next }) => {
  authorize(path, ctx.caller);
  return next();
});
