import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@commerce-core/pg-pipeline';
import { withTransaction } from '../../database/transaction.ts';
import type { EventTail } from '../../events/event-tail.ts';
import type { PositionedEvent } from '../../events/feed-repository.ts';
import { newId } from '../../ids.ts';
import { insertAttempts } from '../../webhooks/attempt-repository.ts';
import {
  isDelivered,
  nextInFlight,
  parseRetryAfter,
  retryAfterMaxMs,
  retryPauseMs,
  type Delivery,
} from '../../webhooks/delivery.ts';
import { readDeliveryState, readDueDeliveries, writeDeliveries } from '../../webhooks/delivery-repository.ts';
import { DeliveryWindow } from '../../webhooks/delivery-window.ts';
import type { RequestSlots } from '../../webhooks/request-slots.ts';
import { decryptSecrets, signerOf } from '../../webhooks/secrets.ts';
import type { WebhookAnswer, WebhookSender } from '../../webhooks/sender.ts';
import { endpointLeaseMs, failingAggregatesMax, renewEveryMs } from '../../webhooks/webhook-endpoint.ts';
import { writeProgress, type StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';
import { EndpointFeed } from './endpoint-feed.ts';
import { PendingProgress } from './pending-progress.ts';
import { disableEndpoint } from './record-endpoint-event.ts';
import { webhookMessage, type MessageFormat, type SomeEvents } from './webhook-message.ts';

/** What the sessions of a process share. */
export type DeliveryContext = {
  database: Database;
  tail: EventTail;
  sender: WebhookSender;
  secretsKey: Buffer;
  source: string | undefined;
  slots: RequestSlots;
  /** How long a session collects results before it writes them. */
  writeEveryMs: () => number;
  onFault: (error: unknown) => void;
};

/** One request: events that were just read, or an event that failed before, with its row. */
type Item = { events: SomeEvents; row: Delivery | undefined };

/** Another worker has the endpoint now, or an operator has rewound or deleted it. */
class LeaseLost extends Error {}

const windowMax = 1_000;
const dueMax = 16;
/** How long a session without work keeps its endpoint: the next event is sent without a claim. */
const lingerMs = 1_000;
/** A request isn't begun when the lease ends within this time. */
const marginMs = 500;

/**
 * Delivers the events of one endpoint, as long as this worker has the endpoint's lease and there is something to
 * deliver. Results are written together, and after a kill those that were not written are delivered again.
 */
export class EndpointSession {
  readonly #context: DeliveryContext;
  readonly #endpoint: StoredEndpoint;
  readonly #format: MessageFormat;
  readonly #feed: EndpointFeed;
  readonly #window: DeliveryWindow<PositionedEvent>;
  readonly #pending = new PendingProgress();
  readonly #ended = new AbortController();
  /** The database's time minus this machine's. */
  readonly #clockOffsetMs: number;
  /** Aggregates whose events wait for a failing one. */
  readonly #held = new Set<string>();
  /** The PARKED events of aggregates that no later delivery has named. */
  readonly #gaps = new Map<string, string[]>();
  /** The positions of failed deliveries that are tried again now. */
  readonly #active = new Set<number>();
  readonly #retries: Item[] = [];
  #batchUntil: number | null;
  #inFlight = 0;
  #limit: number;
  #continuing = 0;
  #failingSince: Date | null;
  #notBefore: Date | null;
  #leaseEndsAt: number;
  #writtenAt: number;
  #dueReadAt = -Infinity;
  #idleSince = Infinity;
  #writing: Promise<boolean> = Promise.resolve(true);
  #isLost = false;
  #isGone = false;
  #isStopping = false;
  #bell = Promise.withResolvers<void>();

  constructor(context: DeliveryContext, endpoint: StoredEndpoint, claimed: { at: number; databaseNow: Date }) {
    this.#context = context;
    this.#endpoint = endpoint;
    this.#clockOffsetMs = claimed.databaseNow.getTime() - Date.now();
    this.#leaseEndsAt = claimed.at + endpointLeaseMs;
    this.#writtenAt = claimed.at;
    this.#window = new DeliveryWindow(endpoint.position);
    this.#feed = new EndpointFeed(context, endpoint);
    this.#batchUntil = endpoint.batchUntil;
    this.#limit = endpoint.inFlight;
    this.#failingSince = endpoint.failingSince;
    this.#notBefore = endpoint.notBefore;
    const secrets = decryptSecrets(endpoint.secrets, endpoint.id, context.secretsKey);
    this.#format = {
      url: endpoint.url,
      source: context.source,
      isBatch: endpoint.batchMax > 1,
      sign: signerOf(secrets, () => this.#now()),
    };
  }

  /** There may be new events, or the endpoint may have changed. */
  wake({ hasChanged = false } = {}): void {
    this.#feed.wake();
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
    await this.#load();
    while (!this.#isLost && !(this.#isOver && this.#isQuiet) && !this.#hasLingered) {
      if (!this.#isOver) await this.#fill();
      this.#dispatch();
      this.#writeWhenDue();
      await this.#rung();
    }
    if (!this.#isLost) await this.#write(true);
    this.#ended.abort();
  }

  get #isOver(): boolean {
    return this.#isStopping || this.#isGone;
  }

  /** Nothing is on its way. */
  get #isQuiet(): boolean {
    return this.#inFlight === 0 && this.#continuing === 0;
  }

  get #hasLingered(): boolean {
    const isBlocked = this.#isWaiting || !this.#mayRead;
    const isIdle = this.#isQuiet && this.#retries.length === 0 && (isBlocked || (this.#feed.isAtEnd && !this.#hasNext));
    this.#idleSince = isIdle ? Math.min(this.#idleSince, performance.now()) : Infinity;
    return performance.now() - this.#idleSince >= (isBlocked ? 0 : lingerMs);
  }

  /** The receiver has asked for a pause. */
  get #isWaiting(): boolean {
    return this.#notBefore !== null && this.#notBefore.getTime() > this.#now();
  }

  /** Too many aggregates wait for a failing event. */
  get #mayRead(): boolean {
    return this.#held.size < failingAggregatesMax;
  }

  /** There is an event that may be sent. A list that was on its way must be complete. */
  get #hasNext(): boolean {
    return this.#mayRead && this.#window.hasNext && this.#window.readTo >= (this.#batchUntil ?? 0);
  }

  #now = (): number => Date.now() + this.#clockOffsetMs;

  async #load(): Promise<void> {
    const { database } = this.#context;
    for (const row of await withTransaction(database, async (tx) => readDeliveryState(tx, this.#endpoint.id))) {
      if (row.holds) this.#held.add(row.aggregateId);
      else this.#addGap(row.aggregateId, row.eventId);
    }
  }

  #addGap(aggregateid: string, eventId: string): void {
    this.#gaps.set(aggregateid, [...(this.#gaps.get(aggregateid) ?? []), eventId]);
  }

  /** Reads events and failed deliveries, if there is room for them. */
  async #fill(): Promise<void> {
    const isPart = this.#window.readTo < (this.#batchUntil ?? 0);
    const hasRoom = this.#window.size < windowMax / 2 && this.#window.length < windowMax;
    if (isPart || (this.#mayRead && hasRoom && !this.#feed.isAtEnd)) {
      const { events, readTo } = await this.#feed.read(this.#window.readTo, this.#batchUntil);
      this.#window.add(
        events.filter(({ aggregateid }) => !this.#held.has(aggregateid)),
        readTo,
      );
      // All events of the list that was on its way are held or filtered by now.
      if (this.#batchUntil !== null && readTo >= this.#batchUntil && this.#window.size === 0) this.#batchUntil = null;
    }
    if (this.#retries.length === 0 && performance.now() - this.#dueReadAt > 1_000) await this.#readDue();
  }

  async #readDue(): Promise<void> {
    this.#dueReadAt = performance.now();
    const known = [...this.#active, ...this.#pending.positions];
    const rows = await withTransaction(this.#context.database, async (tx) =>
      readDueDeliveries(tx, this.#endpoint.id, known, dueMax),
    );
    if (rows.length === 0) return;
    if (rows.length === dueMax) this.#dueReadAt = -Infinity;
    const events = new Map((await this.#feed.readAt(rows.map(({ position }) => position))).map((e) => [e.position, e]));
    for (const row of rows) {
      const event = events.get(row.position);
      if (event) this.#retry(event, row);
    }
  }

  #retry(event: PositionedEvent, row: Delivery): void {
    this.#active.add(row.position);
    this.#retries.push({ events: [event], row });
  }

  /** Sends as many requests as may be on their way. */
  #dispatch(): void {
    const limit = this.#format.isBatch ? 1 : this.#limit;
    while (
      !(this.#isOver || this.#isLost || this.#isWaiting) &&
      this.#inFlight < limit &&
      performance.now() < this.#leaseEndsAt - marginMs &&
      (this.#retries.length > 0 || this.#hasNext) &&
      this.#context.slots.take(this.#endpoint.id)
    ) {
      const item = this.#retries.shift() ?? this.#nextOfWindow();
      if (item) void this.#deliver(item);
      else this.#context.slots.giveBack(this.#endpoint.id);
    }
  }

  #nextOfWindow(): Item | undefined {
    const { batchMax } = this.#endpoint;
    // The list that a worker before had on its way has all that was read so far.
    const taken = this.#format.isBatch
      ? this.#window.nextBatch(this.#batchUntil === null ? batchMax : Infinity)
      : [this.#window.next()];
    const [first, ...others] = taken.flatMap((event) => event ?? []);
    return first && { events: [first, ...others], row: undefined };
  }

  async #deliver(item: Item): Promise<void> {
    this.#inFlight += 1;
    try {
      if (this.#format.isBatch && !item.row && !(await this.#markBatch(item))) return;
      const gap = item.events.flatMap(({ aggregateid }) => this.#gaps.get(aggregateid) ?? []);
      const request = webhookMessage(this.#format, item.events, [...new Set(gap)], this.#now());
      const answer = await this.#context.sender.send(request, this.#ended.signal);
      if (!this.#ended.signal.aborted) this.#finish(item, answer);
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

  /** Writes where a list ends before it is sent. Returns false when that fails. */
  async #markBatch({ events }: Item): Promise<boolean> {
    this.#batchUntil = events.at(-1)?.position ?? null;
    if (await this.#write(false)) return true;
    for (const event of events) this.#window.putBack(event);
    await sleep(250);
    return false;
  }

  #finish({ events, row }: Item, answer: WebhookAnswer): void {
    const now = new Date(this.#now());
    const isDone = isDelivered(answer);
    this.#limit = nextInFlight(this.#limit, this.#endpoint.inFlightMax, answer);
    this.#failingSince = isDone ? null : (this.#failingSince ?? now);
    this.#isGone ||= answer.statusCode === 410;
    const retryAfterMs = parseRetryAfter(answer.retryAfter, now);
    const attempt = (row?.attempts ?? 0) + 1;
    const pauseMs = isDone ? undefined : retryPauseMs(attempt, retryAfterMs, Math.random());
    const dueAt = pauseMs === undefined || this.#isGone ? null : new Date(now.getTime() + pauseMs);
    if (!isDone && retryAfterMs !== undefined && (answer.statusCode === 429 || answer.statusCode === 503))
      this.#notBefore = new Date(now.getTime() + Math.min(retryAfterMs, retryAfterMaxMs));
    const status = isDone ? 'DELIVERED' : dueAt === null && !this.#isGone ? 'PARKED' : 'FAILED';
    this.#log(events, { attempt, status, nextAttemptAt: dueAt, createdAt: now }, answer);
    if (this.#isGone && !isDone) return;
    if (isDone)
      for (const { aggregateid } of events) if (this.#gaps.delete(aggregateid)) this.#pending.announce(aggregateid);
    if (row) this.#finishRow(events[0], { ...row, attempts: attempt, dueAt, updatedAt: now }, status);
    else this.#finishRead(events, isDone, dueAt ?? now, now);
  }

  /** Events that were read are done, or the first one of each aggregate gets a row that holds the others. */
  #finishRead(events: SomeEvents, isDone: boolean, dueAt: Date, now: Date): void {
    this.#batchUntil = null;
    for (const event of events) {
      if (isDone) this.#window.delivered(event);
      else if (!this.#held.has(event.aggregateid)) {
        this.#window.failed(event);
        this.#held.add(event.aggregateid);
        this.#pending.put(this.#rowOf(event, { attempts: 1, dueAt, now }));
      }
    }
  }

  #finishRow(event: PositionedEvent, row: Delivery, status: 'DELIVERED' | 'FAILED' | 'PARKED'): void {
    this.#active.delete(row.position);
    if (status === 'FAILED') {
      this.#pending.put(row);
      return;
    }
    const write = () => {
      if (status === 'DELIVERED') this.#pending.remove(row.position);
      else {
        this.#pending.put({ ...row, status: 'PARKED', holds: false, dueAt: null });
        this.#addGap(row.aggregateId, row.eventId);
      }
    };
    if (row.holds) void this.#continue(event, write);
    else write();
  }

  /**
   * Goes on with the next event of an aggregate, or lets its later events go. `write` takes the place of the row away,
   * in the same transaction that gives the next event its row.
   */
  async #continue(last: PositionedEvent, write: () => void): Promise<void> {
    this.#continuing += 1;
    // Until the row changes, its event must not be read as due again.
    this.#active.add(last.position);
    while (!this.#isLost) {
      const until = this.#window.readTo;
      try {
        const next = await this.#feed.nextOf(last, until);
        // More events were read meanwhile, and skipped because this aggregate was held.
        if (!next && this.#window.readTo !== until) continue;
        write();
        if (next) {
          const now = new Date(this.#now());
          const row = this.#rowOf(next, { attempts: 0, dueAt: now, now });
          this.#pending.put(row);
          this.#retry(next, row);
        } else this.#held.delete(last.aggregateid);
        break;
      } catch (error) {
        this.#context.onFault(error);
        await sleep(500);
      }
    }
    this.#active.delete(last.position);
    this.#continuing -= 1;
    this.#dispatch();
    this.#ring();
  }

  #rowOf(event: PositionedEvent, { attempts, dueAt, now }: { attempts: number; dueAt: Date; now: Date }): Delivery {
    const { position, id: eventId, aggregateid: aggregateId, version, type } = event;
    return {
      endpointId: this.#endpoint.id,
      position,
      eventId,
      aggregateId,
      version,
      type,
      status: 'RETRYING',
      holds: true,
      announced: false,
      attempts,
      dueAt,
      createdAt: now,
      updatedAt: now,
    };
  }

  #log(
    events: SomeEvents,
    facts: { attempt: number; status: 'DELIVERED' | 'FAILED' | 'PARKED'; nextAttemptAt: Date | null; createdAt: Date },
    { statusCode, failure, durationMs, answer }: WebhookAnswer,
  ): void {
    const [{ position, id: eventId, type, aggregateid: aggregateId, version }] = events;
    const event = { position, eventId, type, aggregateId, version, events: events.length };
    this.#pending.addAttempt({
      id: newId(),
      endpointId: this.#endpoint.id,
      ...event,
      ...facts,
      statusCode,
      failure,
      durationMs,
      answer,
    });
  }

  #writeWhenDue(): void {
    const sinceMs = performance.now() - this.#writtenAt;
    const isDue = this.#pending.size > 0 && sinceMs >= this.#context.writeEveryMs();
    if (isDue || sinceMs >= renewEveryMs) void this.#write(false);
  }

  /** Writes after what is being written already. Returns whether this worker still has the endpoint. */
  async #write(release: boolean): Promise<boolean> {
    this.#writtenAt = performance.now();
    this.#writing = this.#writing.then(async () => this.#writeNow(release));
    return this.#writing;
  }

  async #writeNow(release: boolean): Promise<boolean> {
    const changes = this.#pending.take();
    const begun = performance.now();
    const { id, fence } = this.#endpoint;
    try {
      const written = await withTransaction(this.#context.database, async (tx) => {
        const row = await writeProgress(tx, {
          id,
          fence,
          position: this.#window.position,
          batchUntil: this.#batchUntil,
          cursorWaits: !this.#mayRead,
          notBefore: this.#notBefore,
          inFlight: this.#limit,
          failingSince: this.#failingSince,
          release,
        });
        if (!row) throw new LeaseLost();
        writeDeliveries(tx, id, changes);
        insertAttempts(tx, changes.attempts);
        if (this.#isGone) await disableEndpoint(tx, id, 'gone');
        return row;
      });
      this.#leaseEndsAt = begun + endpointLeaseMs;
      if (written.status !== 'ACTIVE' || written.updatedAt.getTime() !== this.#endpoint.updatedAt.getTime())
        this.#isStopping = true;
      return true;
    } catch (error) {
      if (error instanceof LeaseLost || performance.now() > this.#leaseEndsAt) this.#lose();
      else this.#pending.restore(changes);
      if (!(error instanceof LeaseLost)) this.#context.onFault(error);
      return false;
    }
  }

  #lose(): void {
    this.#isLost = true;
    this.#ended.abort();
    this.#ring();
  }

  #ring(): void {
    this.#bell.resolve();
  }

  /** Waits for a result or a wake-up; a short while when there is something to write. */
  async #rung(): Promise<void> {
    const isBusy = this.#pending.size > 0 || this.#inFlight > 0 || this.#retries.length > 0 || this.#hasNext;
    const timer = setTimeout(() => this.#ring(), isBusy ? 20 : 250);
    await this.#bell.promise;
    clearTimeout(timer);
    this.#bell = Promise.withResolvers<void>();
  }
}
