import type { HttpBindings } from '@hono/node-server';
import type { Caller } from '../auth/caller.ts';
/** What one request's log line is made of, noted along its way. */
export type Trace = {
  id: string;
  caller: Caller | undefined;
  procedures: readonly string[];
  /** The codes of what was refused; several where a batch was. */
  codes: string[];
  /** When it is worth to ask again, in seconds; undefined where it isn't. */
  retryAfterS: number | undefined;
  /** What went wrong inside, the first of it. */
  fault: unknown;
  /** What a route has to say besides. Never tokens, bodies, names or addresses. */
  facts: Record<string, unknown>;
  /** Whether the answer was made with its headers: to set them afterwards costs a copy of it. */
  headersSet: boolean;
  stopping: boolean;
};

export type AppEnv = { Variables: { trace: Trace }; Bindings: Partial<HttpBindings> | undefined };
