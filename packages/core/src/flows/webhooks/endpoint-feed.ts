import type { Database } from '@commerce-core/pg-pipeline';
import type { EventTail } from '../../events/event-tail.ts';
import {
  readEventsAt,
  readEventsByPosition,
  readLogEnd,
  type EventFilter,
  type PositionedEvent,
} from '../../events/feed-repository.ts';
import type { StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';

const readMax = 500;
// A read looks at this many events at most, of which a filter may leave none.
const scanMax = 5_000;

/** The events that an endpoint wants: from memory while it keeps up with the log, else from the database. */
export class EndpointFeed {
  readonly #database: Database;
  readonly #tail: EventTail;
  readonly #types: EventFilter['types'];
  readonly #wanted: (event: PositionedEvent) => boolean;
  #isAtEnd = false;

  constructor({ database, tail }: { database: Database; tail: EventTail }, endpoint: StoredEndpoint) {
    const { types, aggregateTypes } = endpoint;
    this.#database = database;
    this.#tail = tail;
    // The inputs of procedures allow known types only.
    this.#types = (types ?? undefined) as EventFilter['types'];
    this.#wanted = ({ type, aggregatetype }) =>
      (types === null || types.includes(type)) && (aggregateTypes === null || aggregateTypes.includes(aggregatetype));
  }

  /** Whether the last read has reached the end of the log, as far as this process knows. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  wake(): void {
    this.#isAtEnd = false;
  }

  /**
   * Reads the next events behind a position, at most up to `until`.
   * @returns the events, and the position up to which there is no other one
   */
  async read(after: number, until: number | null): Promise<{ events: PositionedEvent[]; readTo: number }> {
    this.#isAtEnd = true;
    const kept = until === null || after >= until ? this.#tail.kept(after, readMax) : undefined;
    if (kept) {
      this.#isAtEnd = kept.length < readMax;
      return { events: kept.filter(this.#wanted), readTo: kept.at(-1)?.position ?? after };
    }
    const { last } = await readLogEnd(this.#database, 0);
    const isPart = until !== null && after < until;
    const upTo = Math.min(isPart ? until : last, after + scanMax);
    const filter = { types: this.#types };
    const events = await readEventsByPosition(this.#database, after, upTo, readMax, filter);
    const readTo = events.length === readMax ? (events.at(-1)?.position ?? upTo) : Math.max(upTo, after);
    if (isPart || readTo < last) this.#isAtEnd = false;
    return { events: events.filter(this.#wanted), readTo };
  }

  /** Reads the events at these positions. */
  async readAt(positions: readonly number[]): Promise<PositionedEvent[]> {
    return readEventsAt(this.#database, positions);
  }

  /** Reads the next event of the same aggregate, up to a position. */
  async nextOf({ aggregateid, position }: PositionedEvent, until: number): Promise<PositionedEvent | undefined> {
    const filter = { types: this.#types, aggregateId: aggregateid };
    const [next] = await readEventsByPosition(this.#database, position, until, 1, filter);
    return next && this.#wanted(next) ? next : undefined;
  }
}
