import { withTransaction } from '../../database/transaction.ts';
import { createAttemptPartitions } from '../../webhooks/attempt-repository.ts';
import { RequestSlots } from '../../webhooks/request-slots.ts';
import type { WebhookSender } from '../../webhooks/sender.ts';
import { deliverWebhooksJob } from '../../webhooks/webhook-endpoint.ts';
import { claimEndpoints } from '../../webhooks/webhook-endpoint-repository.ts';
import type { DeliveryContext } from './delivery-context.ts';
import { EndpointSession } from './endpoint-session.ts';

export type DeliveryOptions = Omit<DeliveryContext, 'sender' | 'slots' | 'writeEveryMs'> & {
  loadSender: () => Promise<WebhookSender>;
};

/** Requests that a process has on their way, over all endpoints. */
const requestsMax = 1_024;
/** Endpoints that a process delivers to at the same time. */
const sessionsMax = 1_000;
/** How long requests may still take when the process stops. */
const graceMs = 5_000;
const dayMs = 24 * 60 * 60_000;

/** Delivers events to the endpoints of merchants, as a part of a process. */
export class WebhookDelivery {
  readonly #options: DeliveryOptions;
  readonly #slots = new RequestSlots(requestsMax);
  /** An endpoint may have two: one that has lost its lease still ends while the next one delivers. */
  readonly #sessions = new Set<{ session: EndpointSession; endpointId: string; ended: Promise<void> }>();
  #following: Promise<void> | undefined;
  #partitionDay = 0;
  #isStopping = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /**
   * Takes up to `limit` endpoints that have something to deliver and no worker, and begins to deliver. Wakes those that
   * this process has already.
   * @returns how many endpoints were taken
   */
  async start(limit: number): Promise<number> {
    for (const { session } of this.#sessions) session.wake();
    const free = Math.min(limit, sessionsMax - this.#sessions.size);
    if (this.#isStopping || free <= 0) return 0;
    const { database, loadSender } = this.#options;
    await this.#createPartitions();
    const sender = await loadSender();
    const at = performance.now();
    const { endpoints, databaseNow } = await withTransaction(database, async (tx) => ({
      endpoints: await claimEndpoints(tx, free),
      databaseNow: tx.now,
    }));
    const context: DeliveryContext = {
      ...this.#options,
      sender,
      slots: this.#slots,
      // Results of many endpoints must not take all connections to the database.
      writeEveryMs: () => Math.max(20, this.#sessions.size * 5),
    };
    for (const endpoint of endpoints)
      this.#begin(() => new EndpointSession(context, endpoint, { at, databaseNow }), endpoint.id);
    if (endpoints.length > 0) this.#following ??= this.#follow();
    return endpoints.length;
  }

  /** An endpoint has changed. */
  changed(endpointId: string): void {
    for (const { session, endpointId: own } of this.#sessions)
      if (own === endpointId) session.wake({ hasChanged: true });
  }

  /** Begins no further request, and waits for those that are on their way. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const all = [...this.#sessions];
    for (const { session } of all) session.stop(graceMs);
    await Promise.all(all.map(async ({ ended }) => ended));
    await this.#following;
    this.#isStopping = false;
  }

  #begin(create: () => EndpointSession, endpointId: string): void {
    const { database, onFault } = this.#options;
    let session: EndpointSession;
    try {
      session = create();
    } catch (error) {
      // The key for secrets is another one. The lease ends by itself.
      onFault(error);
      return;
    }
    const end = (): void => {
      this.#sessions.delete(running);
      // An event may have come while the endpoint was being released.
      if (!this.#isStopping) database.notices.publish(new Set([deliverWebhooksJob]));
    };
    const ended = session.run().then(end, (error: unknown) => {
      onFault(error);
      end();
    });
    const running = { session, endpointId, ended };
    this.#sessions.add(running);
  }

  /** Wakes the sessions when there are new events, as long as there are sessions. */
  async #follow(): Promise<void> {
    const { tail, onFault } = this.#options;
    try {
      const unfollow = await tail.follow();
      let seen = 0;
      while (this.#sessions.size > 0) {
        await tail.beyond(seen, 1_000);
        const next = tail.last;
        if (next !== undefined && next > seen) for (const { session } of this.#sessions) session.wake();
        seen = next ?? seen;
      }
      unfollow();
    } catch (error) {
      onFault(error);
    } finally {
      this.#following = undefined;
    }
  }

  async #createPartitions(): Promise<void> {
    const today = Math.floor(Date.now() / dayMs);
    if (today === this.#partitionDay) return;
    await createAttemptPartitions(this.#options.database, Date.now());
    this.#partitionDay = today;
  }
}
