import type { z } from 'zod';
import { pageOf, type Page } from '../database/page.ts';
import { read, withTransaction } from '../database/transaction.ts';
import { CommerceError } from '../errors.ts';
import { defaultEventSource } from '../events/cloud-event.ts';
import { positionText } from '../events/position.ts';
import {
  requireEndpoint,
  rewindWebhookEndpoint,
  rotateEndpointSecret,
  setEndpointStatus,
  updateWebhookEndpoint,
} from '../flows/webhooks/change-webhook-endpoint.ts';
import { checkUrl, createWebhookEndpoint } from '../flows/webhooks/create-webhook-endpoint.ts';
import type { WebhookDelivery } from '../flows/webhooks/deliver-webhooks.ts';
import { testWebhookEndpoint, type TestResult } from '../flows/webhooks/test-webhook-endpoint.ts';
import type { Context } from '../run/context.ts';
import { parse } from '../validation.ts';
import {
  createWebhookEndpointInput,
  listWebhookEndpointsInput,
  rewindWebhookEndpointInput,
  updateWebhookEndpointInput,
  webhookEndpointIdInput,
} from '../webhooks/webhook-endpoint-input.ts';
import { deliverWebhooksJob, type WebhookEndpoint } from '../webhooks/webhook-endpoint.ts';
import {
  deleteEndpoint,
  findEndpoint,
  listEndpoints,
  readStoredEndpoint,
  type EndpointRow,
} from '../webhooks/webhook-endpoint-repository.ts';

/**
 * An endpoint as callers receive it. `position` is how far it has got in the log of events; `retrying` and `parked`
 * count its failed deliveries.
 */
export type WebhookEndpointView = WebhookEndpoint & { position: string; retrying: number; parked: number };

/** The keys of an endpoint, shown once: `secret` verifies `v1`, and `publicKey` verifies `v1a`, if it is wanted. */
export type ShownKeys = { secret: string; publicKey: string | null };

const endpointView = ({ epoch, ...row }: EndpointRow): WebhookEndpointView => ({
  ...row,
  position: positionText({ epoch, number: row.position }),
});

/** Webhooks to merchants: the endpoints that get the events of the log. */
export function webhookMethods({ database, webhooks }: Context, delivery: WebhookDelivery | undefined) {
  const { db } = database;
  const keyed = () => {
    if (webhooks.secretsKey) return { loadSender: webhooks.loadSender, secretsKey: webhooks.secretsKey };
    throw new CommerceError('webhooks_not_configured', 'WEBHOOK_SECRETS_KEY is not set, so no secret can be stored');
  };
  const readView = async (endpointId: string): Promise<WebhookEndpointView> =>
    read(async () => endpointView(requireEndpoint(await findEndpoint(db, endpointId))));
  const changed = async (endpointId: string): Promise<WebhookEndpointView> => {
    delivery?.changed(endpointId);
    const view = await readView(endpointId);
    if (view.status === 'ACTIVE') database.notices.publish(new Set([deliverWebhooksJob]));
    return view;
  };

  return {
    /**
     * Creates an endpoint. `url` has 1 to 2,000 characters and begins with https://. `types` and `aggregateTypes`
     * select events, null or undefined means all. `startAt` is `now` (the default) or a position, whose later events
     * come. `batchMax` is how many events a request has at most, 1 (the default) to 1,000. `inFlightMax` is how many
     * requests may be on their way, 1 to 100 (16 by default). With `ed25519`, each request has a second signature,
     * `v1a`.
     * @returns the endpoint with its keys, which can't be read again
     * @throws validation_failed when a field is missing, unknown or out of its bounds, or the URL can't be a receiver's
     * @throws position_not_found when the log has no such position, or has lost it
     * @throws webhooks_not_configured when there is no key for secrets
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; there may be an endpoint whose keys no caller has
     */
    async createWebhookEndpoint(
      input: z.input<typeof createWebhookEndpointInput>,
    ): Promise<WebhookEndpointView & ShownKeys> {
      const settings = parse(createWebhookEndpointInput, input);
      const { loadSender, secretsKey } = keyed();
      checkUrl(await loadSender(), settings.url);
      const { id, ...keys } = await withTransaction(database, async (tx) =>
        createWebhookEndpoint(database, tx, settings, secretsKey),
      );
      return { ...(await changed(id)), ...keys };
    },

    /**
     * Reads an endpoint.
     * @throws validation_failed when the id isn't a UUID
     * @throws webhook_endpoint_not_found when there is no such endpoint
     * @throws database_unavailable when the database can't be reached
     */
    getWebhookEndpoint: async (input: z.input<typeof webhookEndpointIdInput>): Promise<WebhookEndpointView> =>
      readView(parse(webhookEndpointIdInput, input).endpointId),

    /**
     * Lists endpoints, the newest first, 1 to 100 a page (`limit`, 50 by default). `status` selects endpoints.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    async listWebhookEndpoints(
      input: z.input<typeof listWebhookEndpointsInput> = {},
    ): Promise<Page<WebhookEndpointView>> {
      const { cursor, limit, ...filter } = parse(listWebhookEndpointsInput, input);
      const rows = await read(async () => listEndpoints(db, filter, { cursor, limit: limit + 1 }));
      return pageOf(rows.map(endpointView), limit, ({ id }) => id);
    },

    /**
     * Changes an endpoint's settings; a field that is undefined stays. Units and bounds are those of
     * `createWebhookEndpoint`. Another filter counts for events that were not read yet.
     * @returns the endpoint
     * @throws validation_failed when a field is unknown or out of its bounds, or the URL can't be a receiver's
     * @throws webhook_endpoint_not_found when there is no such endpoint
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async updateWebhookEndpoint(input: z.input<typeof updateWebhookEndpointInput>): Promise<WebhookEndpointView> {
      const { endpointId, ...given } = parse(updateWebhookEndpointInput, input);
      const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      if (given.url !== undefined) checkUrl(await webhooks.loadSender(), given.url);
      await withTransaction(database, async (tx) => updateWebhookEndpoint(tx, endpointId, settings));
      return changed(endpointId);
    },

    /**
     * Pauses an endpoint: no further request begins. It stays where it is until it is resumed.
     * @returns the endpoint; unchanged when it is PAUSED already
     * @throws validation_failed when the id isn't a UUID
     * @throws webhook_endpoint_not_found when there is no such endpoint
     * @throws invalid_transition when it is DISABLED
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async pauseWebhookEndpoint(input: z.input<typeof webhookEndpointIdInput>): Promise<WebhookEndpointView> {
      const { endpointId } = parse(webhookEndpointIdInput, input);
      await withTransaction(database, async (tx) => setEndpointStatus(tx, endpointId, 'PAUSED'));
      return changed(endpointId);
    },

    /**
     * Resumes an endpoint that is PAUSED or DISABLED, from where it is.
     * @returns the endpoint; unchanged when it is ACTIVE already
     * @throws validation_failed when the id isn't a UUID
     * @throws webhook_endpoint_not_found when there is no such endpoint
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async resumeWebhookEndpoint(input: z.input<typeof webhookEndpointIdInput>): Promise<WebhookEndpointView> {
      const { endpointId } = parse(webhookEndpointIdInput, input);
      await withTransaction(database, async (tx) => setEndpointStatus(tx, endpointId, 'ACTIVE'));
      return changed(endpointId);
    },

    /**
     * Deletes an endpoint with its keys and its failed deliveries. The log of its attempts stays until it is too old.
     * @throws validation_failed when the id isn't a UUID
     * @throws webhook_endpoint_not_found when there is no such endpoint
     * @throws database_unavailable when the database can't be reached
     */
    async deleteWebhookEndpoint(input: z.input<typeof webhookEndpointIdInput>): Promise<{ id: string }> {
      const { endpointId: id } = parse(webhookEndpointIdInput, input);
      const isDeleted = await read(async () => deleteEndpoint(db, id));
      requireEndpoint(isDeleted || undefined);
      delivery?.changed(id);
      return { id };
    },

    /**
     * Gives an endpoint new keys. The old ones sign as well for 24 hours.
     * @returns the endpoint with its new keys, which can't be read again
     * @throws validation_failed when the id isn't a UUID
     * @throws webhook_endpoint_not_found when there is no such endpoint
     * @throws webhooks_not_configured when there is no key for secrets
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; there may be new keys that no caller has
     */
    async rotateWebhookSecret(input: z.input<typeof webhookEndpointIdInput>): Promise<WebhookEndpointView & ShownKeys> {
      const { endpointId } = parse(webhookEndpointIdInput, input);
      const { secretsKey } = keyed();
      const keys = await withTransaction(database, async (tx) => rotateEndpointSecret(tx, endpointId, secretsKey));
      return { ...(await changed(endpointId)), ...keys };
    },

    /**
     * Sends an event of the type `endpoint.test` at once, whatever the endpoint's status is. The log has no such event.
     * @returns how the exchange ended
     * @throws validation_failed when the id isn't a UUID
     * @throws webhook_endpoint_not_found when there is no such endpoint
     * @throws webhooks_not_configured when there is no key for secrets
     * @throws database_unavailable when the database can't be reached
     */
    async testWebhookEndpoint(input: z.input<typeof webhookEndpointIdInput>): Promise<TestResult> {
      const { endpointId } = parse(webhookEndpointIdInput, input);
      const { loadSender, secretsKey } = keyed();
      const endpoint = await read(async () => requireEndpoint(await readStoredEndpoint(db, endpointId)));
      const source = webhooks.source ?? defaultEventSource;
      return testWebhookEndpoint(await loadSender(), endpoint, { secretsKey, source });
    },

    /**
     * Sets an endpoint to a position or a time (`to`, ISO 8601): the events behind it are delivered from there on,
     * again if they were delivered before.
     * @returns the endpoint
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws webhook_endpoint_not_found when there is no such endpoint
     * @throws position_not_found when the log has no such position, or has lost it
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async rewindWebhookEndpoint(input: z.input<typeof rewindWebhookEndpointInput>): Promise<WebhookEndpointView> {
      const { endpointId, to } = parse(rewindWebhookEndpointInput, input);
      await withTransaction(database, async (tx) => rewindWebhookEndpoint(database, tx, endpointId, to));
      return changed(endpointId);
    },
  };
}
