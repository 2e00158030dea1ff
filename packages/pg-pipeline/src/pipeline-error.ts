/**
 * - `database_unavailable`: no connection to PostgreSQL, or it was lost, or the server can't do anything now, because
 * its
 *   disk is full, it is read-only, or it canceled a statement; nothing was done.
 * - `overloaded`: too many commands wait, or rows stay locked; nothing was done.
 * - `outcome_unknown`: the answer to COMMIT was lost, and PostgreSQL could not tell whether it committed.
 * - `client_closed`: the caller went away before its command ran; nothing was done.
 */
export type PipelineErrorCode = 'database_unavailable' | 'overloaded' | 'outcome_unknown' | 'client_closed';

/** An error of the database or of this process, not of the command. The same command may succeed later. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: PipelineErrorCode;

  constructor(code: PipelineErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
