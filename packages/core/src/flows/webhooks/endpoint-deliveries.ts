import { setTimeout as sleep } from 'node:timers/promises';
import { withTransaction } from '../../database/transaction.ts';
import type { PositionedEvent } from '../../events/feed-repository.ts';
import {
  isDelivered,
  nextInFlight,
  parseRetryAfter,
  retryAfterMaxMs,
  retryPauseMs,
  type AttemptStatus,
  type Delivery,
} from '../../webhooks/delivery.ts';
import { readDeliveryState, readDueDeliveries } from '../../webhooks/delivery-repository.ts';
import { DeliveryWindow } from '../../webhooks/delivery-window.ts';
import type { WebhookAnswer } from '../../webhooks/sender.ts';
import { failingAggregatesMax } from '../../webhooks/webhook-endpoint.ts';
import type { Progress, StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';
import type { DeliveryContext } from './delivery-context.ts';
import { EndpointFeed } from './endpoint-feed.ts';
import { newAttempt, newRow } from './new-rows.ts';
import { PendingProgress } from './pending-progress.ts';
import type { SomeEvents } from './webhook-message.ts';

/** One request: events that were just read, or an event that failed before, with its row. */
export type Item = { events: SomeEvents; row: Delivery | undefined };

const windowMax = 1_000;
const dueMax = 16;
const dueEveryMs = 1_000;

/** What the worker before had done. A rewound endpoint, whose fence has changed once more, begins anew. */
const doneBefore = ({ position, done, fence, doneFence }: StoredEndpoint): number[] =>
  doneFence === fence - 1 ? done.map(Number).filter((each) => each > position) : [];

/** What an endpoint has to get, in which order, and what its answers mean. It neither sends nor writes. */
export class EndpointDeliveries {
  readonly feed: EndpointFeed;
  /** Changes that wait to be written. */
  readonly pending = new PendingProgress();
  readonly #context: DeliveryContext;
  readonly #endpoint: StoredEndpoint;
  readonly #now: () => number;
  readonly #ring: () => void;
  readonly #window: DeliveryWindow<PositionedEvent>;
  /** Aggregates whose events wait for a failing one. */
  readonly #held = new Set<string>();
  /** The PARKED events of aggregates that no later delivery has named. */
  readonly #gaps = new Map<string, string[]>();
  /** The positions of failed deliveries that are tried again now. */
  readonly #active = new Set<number>();
  /** The positions that became active since the last look for due deliveries began. */
  readonly #activeSince = new Set<number>();
  readonly #retries: Item[] = [];
  #continuing = 0;
  #dueReadAt = -Infinity;
  #batchUntil: number | null;
  #limit: number;
  #failingSince: Date | null;
  #notBefore: Date | null;
  #isGone = false;
  #isEnded = false;

  /**
   * @param now the database's time, in ms since 1970
   * @param ring called when there may be something to send that was not there before
   */
  constructor(context: DeliveryContext, endpoint: StoredEndpoint, now: () => number, ring: () => void) {
    this.#context = context;
    this.#endpoint = endpoint;
    this.#now = now;
    this.#ring = ring;
    this.feed = new EndpointFeed(context, endpoint);
    this.#window = new DeliveryWindow(endpoint.position, doneBefore(endpoint));
    this.#batchUntil = endpoint.batchUntil;
    this.#limit = endpoint.inFlight;
    this.#failingSince = endpoint.failingSince;
    this.#notBefore = endpoint.notBefore;
  }

  /** How far the endpoint has got, as it is stored. */
  get progress(): Omit<Progress, 'id' | 'fence' | 'release'> {
    return {
      position: this.#window.position,
      done: this.#window.done,
      batchUntil: this.#batchUntil,
      cursorWaits: !this.#mayRead,
      notBefore: this.#notBefore,
      inFlight: this.#limit,
      failingSince: this.#failingSince,
    };
  }

  /** Requests that may be on their way at the same time. */
  get limit(): number {
    return this.#isBatch ? 1 : this.#limit;
  }

  /** The receiver has said by 410 that it wants nothing more. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** There is something to send. */
  get hasNext(): boolean {
    return !this.#isWaiting && (this.#retries.length > 0 || this.#hasRead);
  }

  /** No new event is read: too many aggregates wait for a failing one, or the receiver has asked for a pause. */
  get isBlocked(): boolean {
    return this.#isWaiting || !this.#mayRead;
  }

  /** Nothing is left to send, as far as this process knows. */
  get isIdle(): boolean {
    // Failed deliveries were not looked for yet, or there may be more of them.
    if (this.#continuing > 0 || this.#dueReadAt === -Infinity) return false;
    return this.isBlocked ? this.#isWaiting || this.#retries.length === 0 : this.feed.isAtEnd && !this.hasNext;
  }

  /** Whether an aggregate's next event is being looked for. */
  get isContinuing(): boolean {
    return this.#continuing > 0;
  }

  get #isBatch(): boolean {
    return this.#endpoint.batchMax > 1;
  }

  get #isWaiting(): boolean {
    return this.#notBefore !== null && this.#notBefore.getTime() > this.#now();
  }

  get #mayRead(): boolean {
    return this.#held.size < failingAggregatesMax;
  }

  /** An event that was read may be sent. A list that was on its way must be complete. */
  get #hasRead(): boolean {
    return this.#mayRead && this.#window.hasNext && this.#window.readTo >= (this.#batchUntil ?? 0);
  }

  async load(): Promise<void> {
    const { database } = this.#context;
    for (const row of await withTransaction(database, async (tx) => readDeliveryState(tx, this.#endpoint.id))) {
      if (row.holds) this.#held.add(row.aggregateId);
      else this.#addGap(row.aggregateId, row.eventId);
    }
  }

  /** Looks for no further event. */
  end(): void {
    this.#isEnded = true;
  }

  #addGap(aggregateid: string, eventId: string): void {
    this.#gaps.set(aggregateid, [...(this.#gaps.get(aggregateid) ?? []), eventId]);
  }

  /** Reads events and failed deliveries, if there is room for them. */
  async fill(): Promise<void> {
    const isPart = this.#window.readTo < (this.#batchUntil ?? 0);
    const hasRoom = this.#window.size < windowMax / 2 && this.#window.length < windowMax;
    if (isPart || (this.#mayRead && hasRoom && !this.feed.isAtEnd)) {
      const { events, readTo } = await this.feed.read(this.#window.readTo, this.#batchUntil);
      this.#window.add(events, readTo, this.#held);
      // All events of the list that was on its way are held or filtered by now.
      if (this.#batchUntil !== null && readTo >= this.#batchUntil && this.#window.size === 0) this.#batchUntil = null;
    }
    if (this.#retries.length === 0 && performance.now() - this.#dueReadAt > dueEveryMs) await this.#readDue();
  }

  async #readDue(): Promise<void> {
    this.#dueReadAt = performance.now();
    this.#activeSince.clear();
    const known = [...this.#active, ...this.pending.positions];
    const rows = await withTransaction(this.#context.database, async (tx) =>
      readDueDeliveries(tx, this.#endpoint.id, known, dueMax),
    );
    if (rows.length === 0) return;
    if (rows.length === dueMax) this.#dueReadAt = -Infinity;
    const events = await this.feed.readAt(rows.map(({ position }) => position));
    const byPosition = new Map(events.map((event) => [event.position, event]));
    for (const row of rows) {
      const event = byPosition.get(row.position);
      // Meanwhile the row may have been written and even delivered by `#continue`.
      if (event && !this.#activeSince.has(row.position)) this.#retry(event, row);
    }
  }

  #activate(position: number): void {
    this.#active.add(position);
    this.#activeSince.add(position);
  }

  #retry(event: PositionedEvent, row: Delivery): void {
    this.#activate(row.position);
    this.#retries.push({ events: [event], row });
  }

  /** Takes what is to be sent next. `hasNext` says whether there is something. */
  next(): Item | undefined {
    const retry = this.#retries.shift();
    if (retry) return retry;
    // The list that a worker before had on its way has all that was read so far.
    const taken = this.#isBatch
      ? this.#window.nextBatch(this.#batchUntil === null ? this.#endpoint.batchMax : Infinity)
      : [this.#window.next()];
    const [first, ...others] = taken.flatMap((event) => event ?? []);
    return first && { events: [first, ...others], row: undefined };
  }

  /** Whether the end of this list must be written before it is sent. Its repetition has the same events then. */
  beginBatch({ events, row }: Item): boolean {
    if (!this.#isBatch || row) return false;
    this.#batchUntil = events.at(-1)?.position ?? null;
    return true;
  }

  /** The events were not sent after all. */
  putBack({ events }: Item): void {
    for (const event of events) this.#window.putBack(event);
  }

  /** The ids of PARKED events that a request with these events has to name. */
  gapOf({ events }: Item): string[] {
    return [...new Set(events.flatMap(({ aggregateid }) => this.#gaps.get(aggregateid) ?? []))];
  }

  /** Decides what an answer means. */
  finish(item: Item, answer: WebhookAnswer): void {
    const { events, row } = item;
    const now = new Date(this.#now());
    const isDone = isDelivered(answer);
    this.#limit = nextInFlight(this.#limit, this.#endpoint.inFlightMax, answer);
    this.#failingSince = isDone ? null : (this.#failingSince ?? now);
    this.#isGone ||= answer.statusCode === 410;
    const retryAfterMs = parseRetryAfter(answer.retryAfter, now);
    if (retryAfterMs !== undefined && (answer.statusCode === 429 || answer.statusCode === 503))
      this.#notBefore = new Date(now.getTime() + Math.min(retryAfterMs, retryAfterMaxMs));
    const attempt = (row?.attempts ?? 0) + 1;
    const pauseMs = isDone
      ? undefined
      : retryPauseMs(attempt, retryAfterMs, Math.random(), this.#context.retryPausesMs);
    const dueAt = pauseMs === undefined || this.#isGone ? null : new Date(now.getTime() + pauseMs);
    const status: AttemptStatus = isDone ? 'DELIVERED' : dueAt || this.#isGone ? 'FAILED' : 'PARKED';
    const facts = { attempt, status, nextAttemptAt: dueAt, createdAt: now };
    const record = () => {
      this.pending.addAttempt(newAttempt(this.#endpoint.id, events, facts, answer));
      if (isDone) this.#announce(item);
    };
    // After 410 the endpoint stays where it is.
    if (!dueAt && status === 'FAILED') record();
    else if (row) this.#finishRow(events[0], { ...row, attempts: attempt, dueAt, updatedAt: now }, status, record);
    else {
      record();
      this.#finishRead(events, isDone, dueAt ?? now, now);
    }
  }

  #announce({ events }: Item): void {
    for (const { aggregateid } of events) if (this.#gaps.delete(aggregateid)) this.pending.announce(aggregateid);
  }

  /** Events that were read are done, or the first one of each aggregate gets a row that holds the others. */
  #finishRead(events: SomeEvents, isDone: boolean, dueAt: Date, now: Date): void {
    this.#batchUntil = null;
    for (const event of events) {
      if (isDone) this.#window.delivered(event);
      else if (!this.#held.has(event.aggregateid)) {
        this.#window.failed(event);
        this.#held.add(event.aggregateid);
        this.pending.put(newRow(this.#endpoint.id, event, { attempts: 1, dueAt, now }));
      }
    }
  }

  #finishRow(event: PositionedEvent, row: Delivery, status: AttemptStatus, record: () => void): void {
    this.#active.delete(row.position);
    if (status === 'FAILED') {
      record();
      this.pending.put(row);
      return;
    }
    const write = () => {
      record();
      if (status === 'DELIVERED') this.pending.remove(row.position);
      else {
        this.pending.put({ ...row, status: 'PARKED', holds: false, dueAt: null });
        this.#addGap(row.aggregateId, row.eventId);
      }
    };
    if (row.holds) void this.#continue(event, write);
    else write();
  }

  /**
   * Goes on with the next event of an aggregate, or lets its later events go. `write` records the result and takes the
   * place of the row away, in the same transaction that gives the next event its row.
   */
  async #continue(last: PositionedEvent, write: () => void): Promise<void> {
    this.#continuing += 1;
    // Until the row changes, its event must not be read as due again.
    this.#activate(last.position);
    while (!this.#isEnded) {
      const until = this.#window.doneTo;
      try {
        const next = await this.feed.nextOf(last, until);
        // More events were read meanwhile, and skipped because this aggregate was held.
        if (!next && this.#window.doneTo !== until) continue;
        write();
        if (!next) this.#held.delete(last.aggregateid);
        else {
          const now = new Date(this.#now());
          const row = newRow(this.#endpoint.id, next, { attempts: 0, dueAt: now, now });
          this.pending.put(row);
          this.#retry(next, row);
        }
        break;
      } catch (error) {
        this.#context.onFault(error);
        await sleep(500);
      }
    }
    this.#active.delete(last.position);
    this.#continuing -= 1;
    this.#ring();
  }
}
