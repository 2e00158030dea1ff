import { setTimeout as sleep } from 'node:timers/promises';
import { withTransaction } from '../../database/transaction.ts';
import { insertAttempts } from '../../webhooks/attempt-repository.ts';
import { writeDeliveries } from '../../webhooks/delivery-repository.ts';
import { decryptSecrets, signerOf } from '../../webhooks/secrets.ts';
import type { WebhookAnswer, WebhookRequest } from '../../webhooks/sender.ts';
import { endpointLeaseMs, renewEveryMs } from '../../webhooks/webhook-endpoint.ts';
import { writeProgress, type StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';
import type { DeliveryContext } from './delivery-context.ts';
import { EndpointDeliveries, type Item } from './endpoint-deliveries.ts';
import type { DeliveryChanges } from './pending-progress.ts';
import { disableEndpoint } from './record-endpoint-event.ts';
import { sendTraced } from './send-traced.ts';
import { webhookMessage, type MessageFormat } from './webhook-message.ts';

/** Another worker has the endpoint now, or an operator has rewound or deleted it. */
class LeaseLost extends Error {}

/** How long a session without work keeps its endpoint: the next event is sent without a claim. */
const lingerMs = 1_000;
/** No request begins when the lease ends within this time. */
const marginMs = 500;
/** How long a session waits before it writes again what it could not write. */
const writeAgainMs = 250;

/**
 * Delivers the events of one endpoint, as long as this worker has the endpoint's lease and there is something to
 * deliver. Results are written together, and after a kill those that were not written are delivered again.
 */
export class EndpointSession {
  readonly #context: DeliveryContext;
  readonly #endpoint: StoredEndpoint;
  readonly #format: MessageFormat;
  readonly #deliveries: EndpointDeliveries;
  readonly #ended = new AbortController();
  /** The database's time minus this machine's. */
  readonly #clockOffsetMs: number;
  #inFlight = 0;
  #leaseEndsAt: number;
  #writtenAt: number;
  #writeNotBefore = -Infinity;
  #idleSince = Infinity;
  #writing: Promise<boolean> = Promise.resolve(true);
  #isLost = false;
  #isStopping = false;
  #bell = Promise.withResolvers<void>();

  constructor(context: DeliveryContext, endpoint: StoredEndpoint, claimed: { at: number; databaseNow: Date }) {
    this.#context = context;
    this.#endpoint = endpoint;
    this.#clockOffsetMs = claimed.databaseNow.getTime() - Date.now();
    this.#leaseEndsAt = claimed.at + endpointLeaseMs;
    this.#writtenAt = claimed.at;
    this.#deliveries = new EndpointDeliveries(context, endpoint, this.#now, () => this.#ring());
    const secrets = decryptSecrets(endpoint.secrets, endpoint.id, context.secretsKey);
    this.#format = {
      url: endpoint.url,
      source: context.source,
      isBatch: endpoint.batchMax > 1,
      sign: signerOf(secrets, this.#now),
    };
  }

  /** There may be new events, or the endpoint may have changed. */
  wake({ hasChanged = false } = {}): void {
    this.#deliveries.feed.wake();
    if (hasChanged) this.#writtenAt = -Infinity;
    this.#ring();
  }

  /** Begins no further request. Requests that are on their way are ended after `graceMs`. */
  stop(graceMs: number): void {
    this.#isStopping = true;
    setTimeout(() => this.#ended.abort(), graceMs).unref();
    this.#ring();
  }

  /** Runs until there is nothing to deliver, or another worker has the endpoint. */
  async run(): Promise<void> {
    try {
      await this.#deliveries.load();
      while (!this.#isLost && !this.#hasEnded()) {
        await this.#fill();
        this.#dispatch();
        this.#writeWhenDue();
        await this.#rung();
      }
      if (!this.#isLost) await this.#write(true);
    } finally {
      this.#lose();
      await this.#writing;
    }
  }

  async #fill(): Promise<void> {
    if (this.#isOver) return;
    try {
      await this.#deliveries.fill();
    } catch (error) {
      this.#context.onFault(error);
      await sleep(writeAgainMs);
    }
  }

  readonly #now = (): number => Date.now() + this.#clockOffsetMs;

  get #isOver(): boolean {
    return this.#isStopping || this.#deliveries.isGone;
  }

  #hasEnded(): boolean {
    const isQuiet = this.#inFlight === 0 && !this.#deliveries.isContinuing;
    if (this.#isOver) return isQuiet;
    const isIdle = isQuiet && this.#deliveries.isIdle;
    this.#idleSince = isIdle ? Math.min(this.#idleSince, performance.now()) : Infinity;
    return performance.now() - this.#idleSince >= (this.#deliveries.isBlocked ? 0 : lingerMs);
  }

  /** Sends as many requests as may be on their way. */
  #dispatch(): void {
    while (
      !(this.#isOver || this.#isLost) &&
      this.#inFlight < this.#deliveries.limit &&
      performance.now() < this.#leaseEndsAt - marginMs &&
      this.#deliveries.hasNext &&
      this.#context.slots.take(this.#endpoint.id)
    ) {
      const item = this.#deliveries.next();
      if (!item) throw new Error('an endpoint has something to send and nothing to take');
      void this.#deliver(item);
    }
  }

  async #deliver(item: Item): Promise<void> {
    this.#inFlight += 1;
    try {
      if (this.#deliveries.beginBatch(item) && !(await this.#write(false))) {
        this.#deliveries.putBack(item);
        await sleep(writeAgainMs);
        return;
      }
      const request = webhookMessage(this.#format, item.events, this.#deliveries.gapOf(item), this.#now());
      const answer = await this.#send(request, item);
      if (!this.#ended.signal.aborted) this.#deliveries.finish(item, answer);
    } catch (error) {
      this.#context.onFault(error);
      this.#lose();
    } finally {
      this.#inFlight -= 1;
      this.#context.slots.giveBack(this.#endpoint.id);
      this.#dispatch();
      this.#ring();
    }
  }

  async #send(request: WebhookRequest, { events }: Item): Promise<WebhookAnswer> {
    const { sender, tracing } = this.#context;
    const { signal } = this.#ended;
    if (!tracing) return sender.send(request, signal);
    return sendTraced({ sender, tracing }, request, { endpointId: this.#endpoint.id, events }, signal);
  }

  #writeWhenDue(): void {
    const now = performance.now();
    const sinceMs = now - this.#writtenAt;
    const isDue = this.#deliveries.pending.size > 0 && sinceMs >= this.#context.writeEveryMs();
    if ((isDue || sinceMs >= renewEveryMs) && now >= this.#writeNotBefore) void this.#write(false);
  }

  /** Writes after what is being written already. Returns whether this worker still has the endpoint. */
  async #write(release: boolean): Promise<boolean> {
    this.#writtenAt = performance.now();
    this.#writing = this.#writing.then(async () => this.#writeNow(release));
    return this.#writing;
  }

  async #writeNow(release: boolean): Promise<boolean> {
    const { pending } = this.#deliveries;
    const changes = pending.take();
    const begun = performance.now();
    try {
      await this.#writeChanges(changes, release);
      pending.written();
      this.#leaseEndsAt = begun + endpointLeaseMs;
      return true;
    } catch (error) {
      if (error instanceof LeaseLost || performance.now() > this.#leaseEndsAt) this.#lose();
      else pending.restore(changes);
      this.#writeNotBefore = performance.now() + writeAgainMs;
      if (!(error instanceof LeaseLost)) this.#context.onFault(error);
      return false;
    }
  }

  async #writeChanges(changes: DeliveryChanges, release: boolean): Promise<void> {
    const { id, fence, updatedAt } = this.#endpoint;
    const { progress, isGone } = this.#deliveries;
    const written = await withTransaction(this.#context.database, async (tx) => {
      const row = await writeProgress(tx, { id, fence, release, ...progress });
      if (!row) throw new LeaseLost();
      writeDeliveries(tx, id, changes);
      insertAttempts(tx, changes.attempts);
      if (isGone) await disableEndpoint(tx, id, 'gone');
      return row;
    });
    if (written.status !== 'ACTIVE' || written.updatedAt.getTime() !== updatedAt.getTime()) this.#isStopping = true;
  }

  #lose(): void {
    this.#isLost = true;
    this.#deliveries.end();
    this.#ended.abort();
    this.#ring();
  }

  #ring(): void {
    this.#bell.resolve();
  }

  /** Waits for a result or a wake-up; a short while when there is something to write. */
  async #rung(): Promise<void> {
    const isBusy = this.#inFlight > 0 || this.#deliveries.pending.size > 0 || this.#deliveries.hasNext;
    const timer = setTimeout(() => this.#ring(), isBusy ? 20 : 250);
    await this.#bell.promise;
    clearTimeout(timer);
    this.#bell = Promise.withResolvers<void>();
  }
}
