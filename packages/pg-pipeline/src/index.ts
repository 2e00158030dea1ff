export { anyOf } from './any-of.ts';
export { Batcher, type Queue } from './batcher/batcher.ts';
export type { BatcherOptions, BatchReport, QueueOptions } from './batcher/batcher-options.ts';
export { arrayOf, texts, uuids } from './binary-array.ts';
export { CommitNotices } from './commit-notices.ts';
export { readCommitOutcome, type Witness } from './commit-outcome.ts';
export { connect, queryWithTimeout, type ConnectOptions, type Database } from './connect.ts';
export {
  isContention,
  isDatabaseUnavailable,
  isLockTimeout,
  scopeOf,
  sqlState,
  violatedConstraint,
} from './database-errors.ts';
export { readLockedRows } from './lock-holders.ts';
export { PipelinedBatch, type Parameter } from './pipeline.ts';
export { hostsOfUrl, type HostOfUrl } from './database-url.ts';
export { NoPrimary } from './primary-search.ts';
export { runOnOneSnapshot } from './one-snapshot.ts';
export { PipelineError, type PipelineErrorCode } from './pipeline-error.ts';
export { renameSchema } from './schema-name.ts';
export { statement, statements, type Statement } from './statement.ts';
export { insertion, insertionUnless, selection, update } from './table-statements.ts';
export { Transaction, type TransactionMode } from './transaction.ts';
export type { TransactionTracing } from './transaction-tracing.ts';
export { databaseUnavailable, withTransaction, type TransactionOptions } from './with-transaction.ts';
