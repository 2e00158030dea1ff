import type { Transaction } from '@commerce-core/pg-pipeline';
import type { Table } from './table-registry.ts';

/** The rows of one table that a transaction adds or changes. */
export class ChangedRows<R> {
  readonly #table: Table<R>;
  /** Rows that never change after they were added. */
  readonly #appended: R[] = [];
  readonly #added = new Map<string, R>();
  readonly #changed = new Map<string, R>();

  constructor(table: Table<R>) {
    this.#table = table;
  }

  /** Adds a row that the database doesn't have yet. */
  add(row: R): void {
    const { change } = this.#table;
    if (change) this.#added.set(change.key(row), row);
    else this.#appended.push(row);
  }

  /** Sets the latest version of a row, whether this transaction has added the row or the database has it. */
  set(row: R): void {
    const { change } = this.#table;
    if (!change) throw new Error('rows of this table never change');
    const key = change.key(row);
    (this.#added.has(key) ? this.#added : this.#changed).set(key, row);
  }

  /** Sends at most one UPDATE and one INSERT. */
  write(tx: Transaction): void {
    const { change, insert } = this.#table;
    change?.update(tx, [...this.#changed.values()]);
    insert?.(tx, change ? [...this.#added.values()] : this.#appended);
  }
}
