import { isContention, isDatabaseUnavailable } from '../database-errors.ts';
import { PipelineError } from '../pipeline-error.ts';

/**
 * Returns whether one command may have caused a batch's error, so that the others succeed without it. A server that
 * can't do anything now, a row lock and an unknown outcome concern the whole batch: its halves would fail in the same
 * way.
 */
export function isWorthSplitting(error: unknown): boolean {
  return !(error instanceof PipelineError) && !isDatabaseUnavailable(error) && !isContention(error);
}
