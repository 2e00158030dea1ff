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
import { DeliveryWindow } from '../../webhooks/delivery-window.ts';
import type { WebhookAnswer } from '../../webhooks/sender.ts';
import type { Progress, StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';
import type { DeliveryContext } from './delivery-context.ts';
import { EndpointFeed } from './endpoint-feed.ts';
import { FailedDeliveries } from './failed-deliveries.ts';
import { newAttempt } from './new-rows.ts';
import { PendingProgress } from './pending-progress.ts';
import type { SomeEvents } from './webhook-message.ts';

/** One request: events that were just read, or an event that failed before, with its row. */
export type Item = { events: SomeEvents; row: Delivery | undefined };

const windowMax = 1_000;

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
  readonly #window: DeliveryWindow<PositionedEvent>;
  readonly #failed: FailedDeliveries;
  #batchUntil: number | null;
  #limit: number;
  #failingSince: Date | null;
  #notBefore: Date | null;
  #isGone = false;

  /**
   * @param now the database's time, in ms since 1970
   * @param ring called when there may be something to send that was not there before
   */
  constructor(context: DeliveryContext, endpoint: StoredEndpoint, now: () => number, ring: () => void) {
    this.#context = context;
    this.#endpoint = endpoint;
    this.#now = now;
    this.feed = new EndpointFeed(context, endpoint);
    this.#window = new DeliveryWindow(endpoint.position, doneBefore(endpoint));
    this.#failed = new FailedDeliveries({
      context,
      endpointId: endpoint.id,
      feed: this.feed,
      pending: this.pending,
      doneTo: () => this.#window.doneTo,
      now,
      ring,
    });
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
    return !this.#isWaiting && (this.#failed.hasNext || this.#hasRead);
  }

  /** No new event is read: too many aggregates wait for a failing one, or the receiver has asked for a pause. */
  get isBlocked(): boolean {
    return this.#isWaiting || !this.#mayRead;
  }

  /** Nothing is left to send, as far as this process knows. */
  get isIdle(): boolean {
    if (!this.#failed.wereRead) return false;
    return this.isBlocked ? this.#isWaiting || !this.#failed.hasNext : this.feed.isAtEnd && !this.hasNext;
  }

  /** Whether an aggregate's next event is being looked for. */
  get isContinuing(): boolean {
    return this.#failed.isContinuing;
  }

  get #isBatch(): boolean {
    return this.#endpoint.batchMax > 1;
  }

  get #isWaiting(): boolean {
    return this.#notBefore !== null && this.#notBefore.getTime() > this.#now();
  }

  get #mayRead(): boolean {
    return !this.#failed.areTooMany;
  }

  /** An event that was read may be sent. A list that was on its way must be complete. */
  get #hasRead(): boolean {
    return this.#mayRead && this.#window.hasNext && this.#window.readTo >= (this.#batchUntil ?? 0);
  }

  async load(): Promise<void> {
    await this.#failed.load();
  }

  /** Looks for no further event. */
  end(): void {
    this.#failed.end();
  }

  /** Reads events and failed deliveries, if there is room for them. */
  async fill(): Promise<void> {
    const isPart = this.#window.readTo < (this.#batchUntil ?? 0);
    const hasRoom = this.#window.size < windowMax / 2 && this.#window.length < windowMax;
    if (isPart || (this.#mayRead && hasRoom && !this.feed.isAtEnd)) {
      const { events, readTo } = await this.feed.read(this.#window.readTo, this.#batchUntil);
      this.#window.add(events, readTo, this.#failed.held);
      // All events of the list that was on its way are held or filtered by now.
      if (this.#batchUntil !== null && readTo >= this.#batchUntil && this.#window.size === 0) this.#batchUntil = null;
    }
    await this.#failed.readDue();
  }

  /** Takes what is to be sent next. `hasNext` says whether there is something. */
  next(): Item | undefined {
    const retry = this.#failed.next();
    if (retry) return { events: [retry.event], row: retry.row };
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
    return this.#failed.gapOf(events);
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
      if (isDone) this.#failed.announce(events);
    };
    // After 410 the endpoint stays where it is.
    if (!dueAt && status === 'FAILED') record();
    else if (row) {
      const changed = { ...row, attempts: attempt, dueAt, updatedAt: now };
      this.#failed.finish({ event: events[0], row: changed }, status, record);
    } else {
      record();
      this.#finishRead(events, isDone, dueAt ?? now, now);
    }
  }

  /** Events that were read are done, or the first one of each aggregate gets a row that holds the others. */
  #finishRead(events: SomeEvents, isDone: boolean, dueAt: Date, now: Date): void {
    this.#batchUntil = null;
    for (const event of events) {
      if (isDone) this.#window.delivered(event);
      else if (!this.#failed.held.has(event.aggregateid)) {
        this.#window.failed(event);
        this.#failed.hold(event, dueAt, now);
      }
    }
  }
}
