import type { HttpBindings } from '@hono/node-server';
import type { Caller } from '../auth/caller.ts';

/** The facts of one request for its log line, collected while the request is handled. */
export type Trace = {
  id: string;
  /** The id of its OpenTelemetry trace; undefined without one. */
  traceId: string | undefined;
  caller: Caller | undefined;
  procedures: readonly string[];
  /** The error codes of the response; a batch can have several. */
  codes: string[];
  /** The response's Retry-After in seconds; undefined when a retry is useless. */
  retryAfterS: number | undefined;
  /** The first internal error. */
  fault: unknown;
  /** Further facts of a route. Never tokens, bodies, names or addresses. */
  facts: Record<string, unknown>;
  /** Whether the response was created with its headers. Setting them afterwards costs a copy of the response. */
  headersSet: boolean;
  /** Writes a line for a stream that an internal error has ended: its request's line was written when it began. */
  logBrokenStream: () => void;
  /** Whether the process is shutting down by now. */
  readonly stopping: boolean;
};

/** Hono's types for the app: the request's trace, and Node.js's request and response when served over HTTP. */
export type AppEnv = { Variables: { trace: Trace }; Bindings: Partial<HttpBindings> | undefined };
