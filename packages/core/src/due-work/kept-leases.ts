import { withTransaction } from '../database/transaction.ts';
import type { Database, Transaction } from '@commerce-core/pg-pipeline';
import { leaseMs, type Leased, type RenewableLease } from './lease.ts';

// A renewal may fail twice, or take up to half of the lease, before another worker takes the rows over.
const renewEveryMs = leaseMs / 4;

type Renew = (tx: Transaction, leases: readonly RenewableLease[]) => Promise<{ key: string; dueAt: Date }[]>;

/**
 * Renews the leases of claimed rows until each row is released or `stop` is called. A lease that was lost meanwhile,
 * for example because this process was suspended, is not renewed: another worker may have the row.
 */
export class KeptLeases<Row extends Leased> {
  readonly #database: Database;
  readonly #renew: Renew;
  readonly #keyOf: (row: Row) => string;
  readonly #held: Map<string, Row>;
  readonly #timer: NodeJS.Timeout;
  #renewal: Promise<void> = Promise.resolve();

  constructor(database: Database, renew: Renew, rows: readonly Row[], keyOf: (row: Row) => string) {
    this.#database = database;
    this.#renew = renew;
    this.#keyOf = keyOf;
    this.#held = new Map(rows.map((row) => [keyOf(row), row]));
    let isRenewing = false;
    this.#timer = setInterval(() => {
      if (isRenewing) return;
      isRenewing = true;
      this.#renewal = this.#renewHeld().finally(() => (isRenewing = false));
    }, renewEveryMs);
  }

  /**
   * Ends the renewal of a row's lease.
   * @returns the row with the end of its last lease, which a worker needs to finish the row
   */
  async release(row: Row): Promise<Row> {
    await this.#renewal;
    const key = this.#keyOf(row);
    const last = this.#held.get(key);
    this.#held.delete(key);
    if (this.#held.size === 0) this.stop();
    return last ?? row;
  }

  /** Ends all renewals. */
  stop(): void {
    clearInterval(this.#timer);
  }

  async #renewHeld(): Promise<void> {
    const leases = [...this.#held].map(([key, { attempts, dueAt }]) => ({ key, attempts, dueAt }));
    try {
      const renewed = await withTransaction(this.#database, async (tx) => this.#renew(tx, leases));
      for (const { key, dueAt } of renewed) {
        const row = this.#held.get(key);
        if (row) this.#held.set(key, { ...row, dueAt });
      }
    } catch {
      // The next renewal tries again. A worker whose leases have ended can't finish their rows.
    }
  }
}
