import { isConnectionLoss, isContention } from '../database-errors.ts';
import { PipelineError } from '../pipeline-error.ts';

/**
 * Whether a batch's fault may be one command's doing. A database that is away, rows that others hold, an outcome that
 * can't be known: these concern all of the batch alike, and running parts of it again would not tell more.
 */
export function isWorthSplitting(error: unknown): boolean {
  return !(error instanceof PipelineError) && !isConnectionLoss(error) && !isContention(error);
}
