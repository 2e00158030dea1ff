import {
  isDatabaseUnavailable,
  PipelineError,
  databaseUnavailable,
  violatedConstraint,
  withTransaction as withPipelineTransaction,
  type Database,
  type Transaction,
  type TransactionMode,
} from '@commerce-core/pg-pipeline';
import { CommerceError } from '../errors.ts';

export type { Database, Transaction };

// Another transaction stored the same key, message, checkpoint or live parcel first; the next run finds it. Another
// order has the same random number; the next run mints another one.
const storedMeanwhile: readonly string[] = [
  'orders_number',
  'idempotency_keys_pkey',
  'gateway_events_first',
  'tracking_messages_first',
  'tracking_events_once',
  'parcels_one_live',
];
const isRetryable = (error: unknown): boolean => storedMeanwhile.includes(violatedConstraint(error) ?? '');
// A decision of the shop's rules stands even if the connection breaks during the rollback.
const isFinal = (error: unknown): boolean => error instanceof CommerceError;

/**
 * Runs a batch's `work` as `withTransaction` does, but throws the errors of pg-pipeline untranslated, because the
 * batcher reads them.
 */
export const withBatchTransaction = async <T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  mode: TransactionMode,
): Promise<T> => withPipelineTransaction(database, work, { mode, isRetryable, isFinal });

/**
 * Runs `work` in one transaction and commits it. `work` may run several times, so it does nothing but database work
 * with ids that were minted before. A result means committed; an error means that nothing was done, except
 * `outcome_unknown`.
 * @throws database_unavailable when no connection can be had, when the server can't do anything now (its disk is full,
 * it is read-only, it canceled a statement), or when `work` paused for more than 10 s
 * @throws overloaded when rows stay locked
 * @throws outcome_unknown when the answer to COMMIT got lost and the server could not tell what became of it
 * @throws what `work` throws, after a rollback
 */
export async function withTransaction<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  { mode = 'flow' }: { mode?: TransactionMode } = {},
): Promise<T> {
  return withPipelineTransaction(database, work, { mode, isRetryable, isFinal }).catch(throwAsCommerceError);
}

/**
 * Runs a read outside a transaction.
 * @throws database_unavailable when the connection is lost, or the server can't do anything now
 */
export async function read<T>(query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    throw commerceErrorOf(isDatabaseUnavailable(error) ? databaseUnavailable(error) : error);
  }
}

/** An error of pg-pipeline as the CommerceError of the same code; any other error as it is. */
export function commerceErrorOf(error: unknown): unknown {
  if (!(error instanceof PipelineError)) return error;
  const translated = new CommerceError(error.code, error.message);
  translated.cause = error.cause;
  return translated;
}

/** For `catch`. @throws the error, translated by `commerceErrorOf` */
export function throwAsCommerceError(error: unknown): never {
  throw commerceErrorOf(error);
}
