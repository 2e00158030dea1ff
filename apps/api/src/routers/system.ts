import { lookupInput, scopes, type LookupKind, type Scope } from '@commerce-core/core';
import { requireOneOf } from '../auth/access.ts';
import { procedure, router } from '../trpc/trpc.ts';

/** The scopes whose lists show these ids. */
const scopesOf: Record<LookupKind, readonly Scope[]> = {
  order: ['orders', 'money', 'gateway-events'],
  payment: ['orders', 'money', 'gateway-events'],
  shipment: ['orders'],
  parcel: ['orders'],
  return: ['orders', 'money'],
  product: scopes,
  shippingOption: ['catalog', 'orders'],
  gatewayEvent: ['gateway-events'],
  trackingMessage: ['orders'],
  webhookEndpoint: ['webhooks'],
  apiKey: ['keys'],
  session: ['keys'],
};

export const systemRouter = router({
  /**
   * Runs the queries that check every invariant of the database. For operators, with any scope.
   *
   * Returns `{ violations }`, an empty list when the data are consistent. Each has what must hold (`sentence`), what to
   * do (`advice`), and up to ten `examples` of its `count` rows.
   */
  doctor: procedure.query(async ({ ctx }) => ({ violations: await ctx.commerce.doctor() })),
  /**
   * Reads how the shop runs, in some ten short statements. For operators, with any scope.
   *
   * Returns how far each background job is behind, for all processes (`jobs`), what waits for an operator or a gateway
   * (`parked`), and the `versions`; of the process that answers, the queues of batched calls (`queues`) and what it was
   * started with (`settings`), without addresses and secrets.
   */
  status: procedure.query(({ ctx }) => ctx.commerce.systemStatus()),
  /**
   * Finds what an operator means by a text: things of a `kind` whose ids begin with it (at least four characters), an
   * order also by its number or reference, a product by its SKU, and an API key by its client. For operators with a
   * scope whose lists show such ids.
   *
   * Returns `{ matches, hasMore }` with up to ten matches, each with its id and its number and status, its SKU,
   * type, tracking number or client (`summary`).
   * @throws forbidden when the caller's key has none of the scopes
   */
  lookUp: procedure.input(lookupInput).query(({ ctx, input }) => {
    requireOneOf(ctx.caller, scopesOf[input.kind]);
    return ctx.commerce.lookUp(input);
  }),
});
