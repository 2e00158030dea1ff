import type { z } from 'zod';
import { pageOf, type Page } from '../database/page.ts';
import { read, withTransaction } from '../database/transaction.ts';
import { positionText } from '../events/position.ts';
import { WebhookDelivery } from '../flows/webhooks/deliver-webhooks.ts';
import { redriveDeliveries } from '../flows/webhooks/redrive-deliveries.ts';
import { reportFailingEndpoints } from '../flows/webhooks/report-failing-endpoints.ts';
import type { Context } from '../run/context.ts';
import { parse } from '../validation.ts';
import { listAttempts } from '../webhooks/attempt-repository.ts';
import { countDeliveries } from '../webhooks/delivery-repository.ts';
import type { Attempt } from '../webhooks/delivery.ts';
import { deliverWebhooksJob } from '../webhooks/webhook-endpoint.ts';
import { listDeliveriesInput, redriveDeliveriesInput } from '../webhooks/webhook-endpoint-input.ts';

/** An attempt as callers receive it. */
export type AttemptView = Omit<Attempt, 'position'> & { position: string };

const attemptView = ({ epoch, ...row }: Attempt & { epoch: number }): AttemptView => ({
  ...row,
  position: positionText({ epoch, number: row.position }),
});

/** The deliveries of this process; undefined without a key for secrets. */
export function openWebhookDelivery({
  database,
  tail,
  webhooks,
  tracing,
  onFault,
}: Context): WebhookDelivery | undefined {
  const { secretsKey, loadSender, source, retryPausesMs } = webhooks;
  if (!secretsKey) return undefined;
  return new WebhookDelivery({
    database,
    tail,
    loadSender,
    secretsKey,
    source,
    retryPausesMs,
    tracing,
    onFault: onFault ?? (() => {}),
  });
}

/** Webhooks to merchants: deliveries to endpoints, and the jobs that make them. */
export function webhookDeliveryMethods({ database }: Context, delivery: WebhookDelivery | undefined) {
  const { db } = database;

  return {
    /**
     * Lists the attempts to deliver events to an endpoint, the newest first, 1 to 100 a page (`limit`, 50 by default).
     * `status` and `eventId` select attempts. Attempts are kept for two weeks, or as
     * `keepMs.webhookAttempts` says.
     * @returns a page; its `nextCursor` is null on the last page
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws database_unavailable when the database can't be reached
     */
    async listDeliveries(input: z.input<typeof listDeliveriesInput>): Promise<Page<AttemptView>> {
      const { cursor, limit, ...filter } = parse(listDeliveriesInput, input);
      const rows = await read(async () => listAttempts(db, filter, { cursor, limit: limit + 1 }));
      return pageOf(rows.map(attemptView), limit, ({ id }) => id);
    },

    /**
     * Delivers events to an endpoint once more: one event (`eventId`), those from one position to another (at most
     * 1,000), or all PARKED ones (`parked`), if wanted only those that were given up `since` a time (ISO 8601).
     * @returns how many deliveries are due now
     * @throws validation_failed when a field is missing, unknown or out of its bounds
     * @throws webhook_endpoint_not_found when there is no such endpoint
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost
     */
    async redriveDeliveries(input: z.input<typeof redriveDeliveriesInput>): Promise<{ redriven: number }> {
      const parsed = parse(redriveDeliveriesInput, input);
      const redriven = await withTransaction(database, async (tx) => redriveDeliveries(database, tx, parsed));
      delivery?.changed(parsed.endpointId);
      database.notices.publish(new Set([deliverWebhooksJob]));
      return { redriven };
    },

    /**
     * Counts failed deliveries of all endpoints: those that are tried again, and those that were given up. The numbers
     * end at 10,000 deliveries, which means that there may be more.
     * @throws database_unavailable when the database can't be reached
     */
    webhookBacklog: async (): Promise<{ retrying: number; parked: number }> =>
      read(async () => countDeliveries(database)),

    /** Whether this process can deliver webhooks: it has a key for secrets. @throws nothing */
    deliversWebhooks: (): boolean => delivery !== undefined,

    /**
     * Begins to deliver to up to `limit` endpoints (100 by default) that have something to deliver and no worker. The
     * deliveries go on after this call, until `stopWebhooks`.
     * @returns how many endpoints were taken
     * @throws database_unavailable when the database can't be reached; the next run continues
     * @throws overloaded when rows stay locked; the next run continues
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    deliverWebhooks: async (limit = 100): Promise<number> => read(async () => (await delivery?.start(limit)) ?? 0),

    /** Begins no further delivery, and waits up to 5 s for those that are on their way. @throws nothing */
    stopWebhooks: async (): Promise<void> => delivery?.stop(),

    /**
     * Reports endpoints that fail for an hour, a day and three days by an event `endpoint.failing`, and disables those
     * that fail for five days; up to `limit` (100 by default).
     * @returns how many endpoints were reported or disabled
     * @throws database_unavailable when the database can't be reached; nothing was done
     * @throws overloaded when rows stay locked; nothing was done
     * @throws outcome_unknown when the answer to COMMIT was lost; the next run continues
     */
    reportFailingEndpoints: async (limit = 100): Promise<number> =>
      withTransaction(database, async (tx) => reportFailingEndpoints(tx, limit)),
  };
}
