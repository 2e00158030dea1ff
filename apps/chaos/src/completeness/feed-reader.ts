import type { Commerce } from '@commerce-core/core';
import { EventBook } from './book.ts';

/** Follows the feed from its beginning, and remembers what it has seen. */
export class FeedReader {
  readonly book = new EventBook();
  /** Positions that came after another one than the one before them, as sentences; at most 20. */
  readonly gaps: string[] = [];
  readonly #commerce: Pick<Commerce, 'listEvents'>;
  #position = '0';
  #number = 0;

  constructor(commerce: Pick<Commerce, 'listEvents'>) {
    this.#commerce = commerce;
  }

  /** Reads the next page, and waits up to `waitMs` for its first event. */
  async readPage(waitMs: number): Promise<void> {
    const { items, nextCursor } = await this.#commerce.listEvents({ after: this.#position, limit: 500, waitMs });
    this.#position = nextCursor;
    for (const { aggregateId, version, id, position } of items) {
      const number = Number(position.split('.')[1]);
      if (number !== this.#number + 1 && this.gaps.length < 20)
        this.gaps.push(`position ${position} came after number ${this.#number}`);
      this.#number = number;
      this.book.add(aggregateId, version, id);
    }
  }
}
