import {
  createWebhookEndpointInput,
  listWebhookEndpointsInput,
  rewindWebhookEndpointInput,
  updateWebhookEndpointInput,
  webhookEndpointIdInput,
} from '@commerce-core/core';
import { procedure, router } from '../trpc/trpc.ts';

/** Receivers of events. All procedures are for operators with the scope `webhooks`. */
export const webhookEndpointRouter = router({
  /**
   * Creates an endpoint, which gets the events from now on, or those behind the position `startAt`. `url` begins with
   * https:// and leads to public addresses. `types` and `aggregateTypes` select events. `batchMax` is how many events
   * one request has at most, 1 to 1,000; above 1 each request has a list. `inFlightMax` is how many requests may be on
   * their way, 1 to 100, defaults to 16. With `ed25519`, each request has a second signature, `v1a`.
   *
   * Returns the endpoint and, this once, its `secret`, and the `publicKey` of `v1a`. The call takes no Idempotency-Key,
   * because the answer must not be stored.
   * @throws position_not_found when the log has no such position
   * @throws webhooks_not_configured when the server has no WEBHOOK_SECRETS_KEY
   */
  create: procedure
    .input(createWebhookEndpointInput)
    .mutation(({ ctx, input }) => ctx.commerce.createWebhookEndpoint(input)),
  /**
   * Returns an endpoint: `position` is how far it has got; `retrying` and `parked` count its failed deliveries.
   * @throws webhook_endpoint_not_found when no endpoint has this id
   */
  get: procedure.input(webhookEndpointIdInput).query(({ ctx, input }) => ctx.commerce.getWebhookEndpoint(input)),
  /** Returns a page of endpoints, the latest first. `status` selects endpoints. */
  list: procedure
    .input(listWebhookEndpointsInput.optional())
    .query(({ ctx, input }) => ctx.commerce.listWebhookEndpoints(input)),
  /**
   * Changes settings; fields that are left out stay. Another filter counts for events that were not read yet.
   * @throws webhook_endpoint_not_found when no endpoint has this id
   */
  update: procedure
    .input(updateWebhookEndpointInput)
    .mutation(({ ctx, input }) => ctx.commerce.updateWebhookEndpoint(input)),
  /**
   * Pauses an endpoint, which loses no event by that. Pausing a PAUSED one changes nothing.
   * @throws webhook_endpoint_not_found when no endpoint has this id
   * @throws invalid_transition when it is DISABLED
   */
  pause: procedure.input(webhookEndpointIdInput).mutation(({ ctx, input }) => ctx.commerce.pauseWebhookEndpoint(input)),
  /**
   * Resumes a PAUSED or DISABLED endpoint from where it is. Resuming an ACTIVE one changes nothing.
   * @throws webhook_endpoint_not_found when no endpoint has this id
   */
  resume: procedure
    .input(webhookEndpointIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.resumeWebhookEndpoint(input)),
  /**
   * Deletes an endpoint with its secret. Returns its id.
   * @throws webhook_endpoint_not_found when no endpoint has this id
   */
  delete: procedure
    .input(webhookEndpointIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.deleteWebhookEndpoint(input)),
  /**
   * Gives an endpoint a new secret. The old one signs as well for 24 hours. Returns the endpoint and, this once, the
   * secret. The call takes no Idempotency-Key, because the answer must not be stored.
   * @throws webhook_endpoint_not_found when no endpoint has this id
   * @throws webhooks_not_configured when the server has no WEBHOOK_SECRETS_KEY
   */
  rotateSecret: procedure
    .input(webhookEndpointIdInput)
    .mutation(({ ctx, input }) => ctx.commerce.rotateWebhookSecret(input)),
  /**
   * Sends an event of the type `endpoint.test` now. Returns how the exchange ended.
   * @throws webhook_endpoint_not_found when no endpoint has this id
   * @throws webhooks_not_configured when the server has no WEBHOOK_SECRETS_KEY
   */
  test: procedure.input(webhookEndpointIdInput).mutation(({ ctx, input }) => ctx.commerce.testWebhookEndpoint(input)),
  /**
   * Sets an endpoint to a position or a time (`to`): it gets the events behind it, again if it had them before.
   * @throws webhook_endpoint_not_found when no endpoint has this id
   * @throws position_not_found when the log has no such position
   */
  rewind: procedure
    .input(rewindWebhookEndpointInput)
    .mutation(({ ctx, input }) => ctx.commerce.rewindWebhookEndpoint(input)),
});
