import type { Call, Commerce } from '@commerce-core/core';
import { initTRPC } from '@trpc/server';
import { authorize } from '../auth/access.ts';
import type { Caller } from '../auth/caller.ts';
import type { GuestOrders } from '../guests/guest-orders.ts';
import { errorShape, refusalOf } from '../http/refusal.ts';

/**
 * `call` has what is not in a mutation's input: its idempotency key, and the signal that its caller has disconnected.
 */
export type Context = {
  commerce: Commerce;
  caller: Caller;
  call: Call;
  /** Undefined when callers without a token may not order. */
  guests?: GuestOrders | undefined;
  /** The network that the call comes from. */
  network?: () => string;
  /** For streams: aborts when the server stops. */
  stopping?: AbortSignal;
  /** For streams. @throws unauthenticated when the caller's token or key is not valid any more */
  reauthenticate?: () => Promise<unknown>;
};

const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: ({ error, path, ctx }) => errorShape(refusalOf(error, ctx?.caller), path),
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
