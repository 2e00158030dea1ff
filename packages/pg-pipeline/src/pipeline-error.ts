export type PipelineErrorCode = 'database_unavailable' | 'overloaded' | 'outcome_unknown' | 'client_closed';

/** An error about the database or this process, not about what a command asked for. The same command may succeed later. */
export class PipelineError extends Error {
  override readonly name = 'PipelineError';
  readonly code: PipelineErrorCode;

  constructor(code: PipelineErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
