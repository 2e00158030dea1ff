import type { Transaction } from '@commerce-core/pg-pipeline';
import type { LockRequest } from './lock-parts.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/**
 * A use case whose commands share a transaction with the commands of other use cases: first all of them lock, then each
 * decides, then one unit of work writes. It returns a plan for these commands.
 */
export type SharedFlow<C, R> = (tx: Transaction, commands: readonly C[]) => Promise<Plan<C, R>>;

type Plan<C, R> = {
  /** The rows that the commands need. */
  locks: LockRequest;
  /** Sends what must be read after the locks, and returns the decision. */
  read: () => Promise<Decide<C, R>>;
  /** Locks what only the locked rows show to be needed, and what hardly any command needs. */
  lockMore?: (work: UnitOfWork) => Promise<void>;
};

/** Decides the commands one after the other, some or all of those of the plan. Returns one result a command. */
export type Decide<C, R> = (work: UnitOfWork, commands: readonly C[]) => R[];
