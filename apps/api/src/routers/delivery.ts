import { listDeliveriesInput, redriveDeliveriesInput } from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

/** Deliveries of events to webhook endpoints. All procedures are for operators with the scope `webhooks`. */
export const deliveryRouter = router({
  /**
   * Returns a page of the attempts to deliver to an endpoint, the latest first, for two weeks or as
   * `WEBHOOK_ATTEMPT_DAYS` says. `statusCode` is null when no answer came, and `failure` then says why; `answer` has
   * the first 1 KiB. A FAILED attempt is followed by another one at `nextAttemptAt`; PARKED was the last one.
   */
  list: procedure.input(listDeliveriesInput).query(({ ctx, input }) => ctx.commerce.listDeliveries(input)),
  /**
   * Delivers events once more: one (`eventId`), those `from` one position `to` another (at most 1,000), or all that
   * were given up (`parked: true`), if wanted since a time (`since`). Returns how many are due now.
   * @throws webhook_endpoint_not_found when no endpoint has this id
   */
  redrive: procedure.input(redriveDeliveriesInput).mutation(({ ctx, input }) => ctx.commerce.redriveDeliveries(input)),
});
