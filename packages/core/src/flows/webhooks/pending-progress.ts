import type { Attempt, Delivery } from '../../webhooks/delivery.ts';

/** What a worker has to write about an endpoint's deliveries. */
export type DeliveryChanges = {
  attempts: Attempt[];
  rows: Delivery[];
  deleted: number[];
  /** Aggregates whose PARKED events were named in a later delivery. */
  announced: string[];
};

/** Collects changes until they are written together. */
export class PendingProgress {
  #attempts: Attempt[] = [];
  readonly #rows = new Map<number, Delivery>();
  readonly #deleted = new Set<number>();
  readonly #announced = new Set<string>();
  /** The positions of rows that are being written. */
  #inWriting: readonly number[] = [];

  get size(): number {
    return this.#attempts.length + this.#rows.size + this.#deleted.size + this.#announced.size;
  }

  /** The positions of rows that will change, or are being changed: the database has an old state of them. */
  get positions(): number[] {
    return [...this.#waiting, ...this.#inWriting];
  }

  get #waiting(): number[] {
    return [...this.#rows.keys(), ...this.#deleted];
  }

  addAttempt(attempt: Attempt): void {
    this.#attempts.push(attempt);
  }

  put(row: Delivery): void {
    this.#rows.set(row.position, row);
    this.#deleted.delete(row.position);
  }

  remove(position: number): void {
    this.#rows.delete(position);
    this.#deleted.add(position);
  }

  announce(aggregateid: string): void {
    this.#announced.add(aggregateid);
  }

  /** Takes the changes to write them. They count as being written until `written` or `restore`. */
  take(): DeliveryChanges {
    const changes = {
      attempts: this.#attempts,
      rows: [...this.#rows.values()],
      deleted: [...this.#deleted],
      announced: [...this.#announced],
    };
    this.#inWriting = this.#waiting;
    this.#attempts = [];
    this.#rows.clear();
    this.#deleted.clear();
    this.#announced.clear();
    return changes;
  }

  /** The changes that were taken are in the database. */
  written(): void {
    this.#inWriting = [];
  }

  /** Takes back changes that could not be written. Later changes of the same rows stand. */
  restore({ attempts, rows, deleted, announced }: DeliveryChanges): void {
    this.#attempts = [...attempts, ...this.#attempts];
    this.#inWriting = [];
    const changed = new Set(this.#waiting);
    for (const row of rows) if (!changed.has(row.position)) this.#rows.set(row.position, row);
    for (const position of deleted) if (!changed.has(position)) this.#deleted.add(position);
    for (const aggregateid of announced) this.#announced.add(aggregateid);
  }
}
