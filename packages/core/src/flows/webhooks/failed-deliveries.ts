import { setTimeout as sleep } from 'node:timers/promises';
import { withTransaction } from '../../database/transaction.ts';
import type { PositionedEvent } from '../../events/feed-repository.ts';
import type { AttemptStatus, Delivery } from '../../webhooks/delivery.ts';
import { readDeliveryState, readDueDeliveries } from '../../webhooks/delivery-repository.ts';
import { failingAggregatesMax } from '../../webhooks/webhook-endpoint.ts';
import type { DeliveryContext } from './delivery-context.ts';
import type { EndpointFeed } from './endpoint-feed.ts';
import { newRow } from './new-rows.ts';
import type { PendingProgress } from './pending-progress.ts';

/** A failed event with its row. */
export type Retry = { event: PositionedEvent; row: Delivery };

/** What a failed delivery shares with the other deliveries of its endpoint. */
export type FailedDeliveriesOptions = {
  context: DeliveryContext;
  endpointId: string;
  feed: EndpointFeed;
  pending: PendingProgress;
  /** Returns the position up to which every event of an aggregate with a row is done. */
  doneTo: () => number;
  /** Returns the database's time, in ms since 1970. */
  now: () => number;
  /** Called when there may be something to send that was not there before. */
  ring: () => void;
};

const dueMax = 16;
const dueEveryMs = 1_000;

/** The events of an endpoint whose delivery failed, and the aggregates whose later events wait for them. */
export class FailedDeliveries {
  readonly #options: FailedDeliveriesOptions;
  /** Aggregates whose events wait for a failing one. */
  readonly #held = new Set<string>();
  /** The PARKED events of aggregates that no later delivery has named. */
  readonly #gaps = new Map<string, string[]>();
  /** The positions of failed deliveries that are tried again now. */
  readonly #active = new Set<number>();
  /** The positions that became active since the last look for due deliveries began. */
  readonly #activeSince = new Set<number>();
  readonly #retries: Retry[] = [];
  #continuing = 0;
  #dueReadAt = -Infinity;
  #isEnded = false;

  constructor(options: FailedDeliveriesOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const { context, endpointId } = this.#options;
    for (const row of await withTransaction(context.database, async (tx) => readDeliveryState(tx, endpointId))) {
      if (row.holds) this.#held.add(row.aggregateId);
      else this.#addGap(row.aggregateId, row.eventId);
    }
  }

  /** Looks for no further event. */
  end(): void {
    this.#isEnded = true;
  }

  /** The aggregates whose events wait for a failing one. */
  get held(): ReadonlySet<string> {
    return this.#held;
  }

  /** So many aggregates wait that no further event is read. */
  get areTooMany(): boolean {
    return this.#held.size >= failingAggregatesMax;
  }

  /** There is one to try again. */
  get hasNext(): boolean {
    return this.#retries.length > 0;
  }

  /** Whether an aggregate's next event is being looked for. */
  get isContinuing(): boolean {
    return this.#continuing > 0;
  }

  /** Failed deliveries were looked for, and there are no more due ones in the database. */
  get wereRead(): boolean {
    return this.#continuing === 0 && this.#dueReadAt !== -Infinity;
  }

  /** Takes the next one that is to be tried again. */
  next(): Retry | undefined {
    return this.#retries.shift();
  }

  /** The ids of PARKED events that a request with events of these aggregates has to name. */
  gapOf(events: readonly PositionedEvent[]): string[] {
    return [...new Set(events.flatMap(({ aggregateid }) => this.#gaps.get(aggregateid) ?? []))];
  }

  /** A delivery has named the PARKED events of its aggregates. */
  announce(events: readonly PositionedEvent[]): void {
    for (const { aggregateid } of events)
      if (this.#gaps.delete(aggregateid)) this.#options.pending.announce(aggregateid);
  }

  /** Gives a row to an event that was just read and has failed. The later events of its aggregate wait for it. */
  hold(event: PositionedEvent, dueAt: Date, now: Date): void {
    const { endpointId, pending } = this.#options;
    this.#held.add(event.aggregateid);
    pending.put(newRow(endpointId, event, { attempts: 1, dueAt, now }));
  }

  /**
   * Writes the result of one that was tried again.
   * @param row the row after this attempt
   * @param record adds the attempt to what is written together with the row
   */
  finish({ event, row }: Retry, status: AttemptStatus, record: () => void): void {
    const { pending } = this.#options;
    this.#active.delete(row.position);
    if (status === 'FAILED') {
      record();
      pending.put(row);
      return;
    }
    const write = () => {
      record();
      if (status === 'DELIVERED') pending.remove(row.position);
      else {
        pending.put({ ...row, status: 'PARKED', holds: false, dueAt: null });
        this.#addGap(row.aggregateId, row.eventId);
      }
    };
    if (row.holds) void this.#continue(event, write);
    else write();
  }

  /** Looks for failed deliveries that are due, once in a while. */
  async readDue(): Promise<void> {
    if (this.hasNext || performance.now() - this.#dueReadAt <= dueEveryMs) return;
    this.#dueReadAt = performance.now();
    this.#activeSince.clear();
    const { context, endpointId, feed, pending } = this.#options;
    const known = [...this.#active, ...pending.positions];
    const rows = await withTransaction(context.database, async (tx) =>
      readDueDeliveries(tx, endpointId, known, dueMax),
    );
    if (rows.length === 0) return;
    if (rows.length === dueMax) this.#dueReadAt = -Infinity;
    const events = await feed.readAt(rows.map(({ position }) => position));
    const byPosition = new Map(events.map((event) => [event.position, event]));
    for (const row of rows) {
      const event = byPosition.get(row.position);
      // Meanwhile the row may have been written and even delivered by `#continue`.
      if (event && !this.#activeSince.has(row.position)) this.#retry(event, row);
    }
  }

  #addGap(aggregateid: string, eventId: string): void {
    this.#gaps.set(aggregateid, [...(this.#gaps.get(aggregateid) ?? []), eventId]);
  }

  #activate(position: number): void {
    this.#active.add(position);
    this.#activeSince.add(position);
  }

  #retry(event: PositionedEvent, row: Delivery): void {
    this.#activate(row.position);
    this.#retries.push({ event, row });
  }

  /**
   * Goes on with the next event of an aggregate, or lets its later events go. `write` records the result and takes the
   * place of the row away, in the same transaction that gives the next event its row.
   */
  async #continue(last: PositionedEvent, write: () => void): Promise<void> {
    const { context, feed, doneTo, ring } = this.#options;
    this.#continuing += 1;
    // Until the row changes, its event must not be read as due again.
    this.#activate(last.position);
    while (!this.#isEnded) {
      const until = doneTo();
      try {
        const next = await feed.nextOf(last, until);
        // More events were read meanwhile, and skipped because this aggregate was held.
        if (!next && doneTo() !== until) continue;
        write();
        if (next) this.#holdNext(next);
        else this.#held.delete(last.aggregateid);
        break;
      } catch (error) {
        context.onFault(error);
        await sleep(500);
      }
    }
    this.#active.delete(last.position);
    this.#continuing -= 1;
    ring();
  }

  /** Gives a row to the next event of a held aggregate, and sends it. */
  #holdNext(event: PositionedEvent): void {
    const { endpointId, pending } = this.#options;
    const now = new Date(this.#options.now());
    const row = newRow(endpointId, event, { attempts: 0, dueAt: now, now });
    pending.put(row);
    this.#retry(event, row);
  }
}
