/** An event that is to be delivered. */
export type WindowEvent = { position: number; aggregateid: string };

/**
 * The events that an endpoint has read and not yet delivered. Events of one aggregate go one after the other, those of
 * different aggregates go at the same time. `position` is how far the endpoint has got: every event at or below it is
 * done. It was delivered, or has a row of its own because it failed, or waits behind such a row. So are the events at
 * the positions of `done`. The next worker begins with both, and repeats nothing of them.
 */
export class DeliveryWindow<E extends WindowEvent> {
  // Each aggregate's events in order. The first one is on its way if the aggregate isn't in #free.
  readonly #queues = new Map<string, E[]>();
  readonly #free = new Set<string>();
  readonly #done = new Set<number>();
  #positions: number[] = [];
  #head = 0;
  #readTo: number;
  /** What the worker before had done beyond `position`, as far as it was not yet read. */
  readonly #doneBefore: Set<number>;

  constructor(position: number, done: readonly number[] = []) {
    this.#readTo = position;
    this.#doneBefore = new Set(done);
  }

  /** The position up to which events were read. */
  get readTo(): number {
    return this.#readTo;
  }

  get position(): number {
    const first = this.#positions[this.#head];
    return first === undefined ? this.#readTo : first - 1;
  }

  /** The positions behind `position` that are done. */
  get done(): number[] {
    return [...this.#done, ...this.#doneBefore];
  }

  /** Every event of an aggregate with a row is done up to here. */
  get doneTo(): number {
    return Math.max(this.#readTo, ...this.#doneBefore);
  }

  /** The number of events that aren't done. */
  get size(): number {
    return this.#positions.length - this.#head - this.#done.size;
  }

  /** How far the reading is ahead of `position`, in events. */
  get length(): number {
    return this.#positions.length - this.#head;
  }

  /**
   * Adds events that were read, in the order of their positions. There is none between them up to `readTo`.
   * @param held aggregates with a row, which their events wait for
   */
  add(events: readonly E[], readTo: number, held: ReadonlySet<string> = new Set()): void {
    const done: number[] = [];
    for (const event of events) {
      this.#positions.push(event.position);
      if (held.has(event.aggregateid) || this.#doneBefore.has(event.position)) {
        done.push(event.position);
        continue;
      }
      const queue = this.#queues.get(event.aggregateid);
      if (queue) queue.push(event);
      else {
        this.#queues.set(event.aggregateid, [event]);
        this.#free.add(event.aggregateid);
      }
    }
    this.#readTo = readTo;
    for (const position of this.#doneBefore) if (position <= readTo) this.#doneBefore.delete(position);
    this.#finish(done);
  }

  get hasNext(): boolean {
    return this.#free.size > 0;
  }

  /** Takes an event whose aggregate has none on its way. */
  next(): E | undefined {
    const [aggregateid] = this.#free;
    if (aggregateid === undefined) return undefined;
    this.#free.delete(aggregateid);
    return this.#queues.get(aggregateid)?.[0];
  }

  /** Takes up to `max` events for one request: the first ones, in order. None may be on its way. */
  nextBatch(max: number): E[] {
    const batch = [...this.#queues.values()]
      .flat()
      .toSorted((a, b) => a.position - b.position)
      .slice(0, max);
    for (const { aggregateid } of batch) this.#free.delete(aggregateid);
    return batch;
  }

  /** The event was delivered. */
  delivered({ aggregateid, position }: WindowEvent): void {
    const queue = this.#queues.get(aggregateid);
    queue?.shift();
    if (queue?.length) this.#free.add(aggregateid);
    else {
      this.#queues.delete(aggregateid);
      // A list may have had several events of this aggregate.
      this.#free.delete(aggregateid);
    }
    this.#finish([position]);
  }

  /** The event has a row now. It and those behind it are no longer the window's. */
  failed({ aggregateid }: WindowEvent): void {
    const queue = this.#queues.get(aggregateid) ?? [];
    this.#queues.delete(aggregateid);
    this.#free.delete(aggregateid);
    this.#finish(queue.map(({ position }) => position));
  }

  /** The event was not sent after all, and is next again. */
  putBack({ aggregateid }: WindowEvent): void {
    this.#free.add(aggregateid);
  }

  #finish(positions: readonly number[]): void {
    for (const position of positions) this.#done.add(position);
    for (;;) {
      const first = this.#positions[this.#head];
      if (first === undefined || !this.#done.delete(first)) break;
      this.#head += 1;
    }
    // Shortened now and then, because shortening it each time would copy it each time.
    if (this.#head > 1_024) {
      this.#positions = this.#positions.slice(this.#head);
      this.#head = 0;
    }
  }
}
