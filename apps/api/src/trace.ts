import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { Caller } from './caller.ts';
import type { Logger } from './log.ts';
import type { Refusal } from './refusal.ts';

/** What one request's log line is made of, noted along its way. */
export type Trace = {
  id: string;
  caller: Caller | undefined;
  procedures: readonly string[];
  /** The codes of what was refused; several where a batch was. */
  codes: string[];
  retryLater: boolean;
  /** What went wrong inside, the first of it. */
  fault: unknown;
  /** What a route has to say besides. Never tokens, bodies, names or addresses. */
  facts: Record<string, unknown>;
};

export type AppEnv = { Variables: { trace: Trace }; Bindings: Partial<HttpBindings> | undefined };

const usableId = /^[\w.:=@/+-]{1,128}$/;
const pathLengthMax = 200;

/** Gives each request an id, sees to the headers of every answer, and writes one line when it is answered. */
export function tracing(log: Logger, stopping: AbortSignal): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const begin = performance.now();
    const given = c.req.header('x-request-id');
    const id = given !== undefined && usableId.test(given) ? given : randomUUID();
    const trace: Trace = {
      id,
      caller: undefined,
      procedures: [],
      codes: [],
      retryLater: false,
      fault: undefined,
      facts: {},
    };
    c.set('trace', trace);
    await next();
    // After `next`: tRPC answers with a Response of its own, which knows nothing of headers set before.
    const { headers } = c.res;
    headers.set('x-request-id', id);
    headers.set('cache-control', 'no-store');
    if (trace.retryLater && !headers.has('retry-after')) headers.set('retry-after', '1');
    // Keeps a client from sending its next request into a connection that is about to close: because we are, or because
    // the rest of a body that is too large isn't read.
    if (stopping.aborted || c.res.status === 413) headers.set('connection', 'close');
    write(log, c, trace, performance.now() - begin);
  };
}

/** Notes what was refused and, where it is our fault, what happened. */
export function note(trace: Trace, { status, body }: Refusal, thrown: unknown): void {
  trace.codes.push(body.code);
  if (status >= 500) trace.fault ??= thrown;
  if (status === 503 || status === 429) trace.retryLater = true;
}

function write(log: Logger, c: Context<AppEnv>, trace: Trace, ms: number): void {
  const { status } = c.res;
  const { path, method } = c.req;
  const line = {
    requestId: trace.id,
    method,
    path: path.slice(0, pathLengthMax),
    ...(trace.procedures.length > 0 ? { procedures: trace.procedures } : {}),
    status,
    ms: Math.round(ms * 10) / 10,
    ...(trace.caller ? { caller: nameOf(trace.caller) } : {}),
    ...(trace.codes.length > 0 ? { codes: [...new Set(trace.codes)] } : {}),
    ...trace.facts,
    ...(trace.fault === undefined ? {} : { err: trace.fault }),
  };
  if (trace.fault !== undefined) log.error(line, 'request');
  else if (path === '/healthz' || path === '/readyz') log.debug(line, 'request');
  else log.info(line, 'request');
}

/** A customer's id may be an e-mail address, so it stays out. */
function nameOf(caller: Caller): Record<string, string> {
  return caller.kind === 'operator' ? { kind: caller.kind, apiKeyId: caller.apiKeyId } : { kind: caller.kind };
}
