import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { headerOf } from './header-of.ts';
import type { Caller } from '../auth/caller.ts';
import type { Logger } from '../observability/log.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Refusal } from './refusal.ts';
import type { Trace, AppEnv } from './app-env.ts';

const usableId = /^[\w.:=@/+-]{1,128}$/;
const pathLengthMax = 200;

/** Gives each request an id, sees to the headers of every answer; when it is answered, writes one line and counts it. */
export function tracing(log: Logger, metrics: Metrics, stopping: AbortSignal): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const begin = performance.now();
    const given = headerOf(c, 'x-request-id');
    const id = given !== undefined && usableId.test(given) ? given : randomUUID();
    const trace: Trace = {
      id,
      caller: undefined,
      procedures: [],
      codes: [],
      retryAfterS: undefined,
      fault: undefined,
      facts: {},
      headersSet: false,
      stopping: stopping.aborted,
    };
    c.set('trace', trace);
    await next();
    trace.stopping = stopping.aborted;
    if (!trace.headersSet) {
      // After `next`: tRPC answers with a Response of its own, which knows nothing of headers set before.
      const { headers, status } = c.res;
      for (const [name, value] of Object.entries(answerHeaders(trace, status))) headers.set(name, value);
    }
    const ms = performance.now() - begin;
    write(log, c, trace, ms);
    metrics.observeRequest({ route: routeOf(trace, c.req.path), status: c.res.status, ms });
  };
}

/** What every answer has, whoever made it. Whoever makes an answer with them has told that by asking here. */
export function answerHeaders(trace: Trace, status?: number): Record<string, string> {
  trace.headersSet = true;
  return {
    ...securityHeaders,
    'x-request-id': trace.id,
    'cache-control': 'no-store',
    ...(trace.retryAfterS === undefined ? {} : { 'retry-after': String(trace.retryAfterS) }),
    // Keeps a client from sending its next request into a connection that is about to close: because we are, or because
    // the rest of a body that is too large isn't read.
    ...(trace.stopping || status === 413 ? { connection: 'close' } : {}),
  };
}

// Nothing here is a page: nothing of it may run, be framed, sniffed or referred from.
const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=15552000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
};

/** Notes what was refused and, where it is our fault, what happened. */
export function note(trace: Trace, { status, body }: Refusal, thrown: unknown): void {
  trace.codes.push(body.code);
  if (status >= 500) trace.fault ??= thrown;
  if (status === 503 || status === 429 || body.code === 'idempotency_in_progress') trace.retryAfterS ??= 1;
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

/** Few names, whatever is asked for: each is a time series. */
function routeOf({ procedures }: Trace, path: string): string {
  if (procedures.length > 0) return procedures.length === 1 ? procedures[0]! : 'batch';
  return path.startsWith('/api/v1/payments/webhooks/') ? 'webhook' : 'other';
}

/** A customer's id may be an e-mail address, so it stays out. */
function nameOf(caller: Caller): Record<string, string> {
  return caller.kind === 'operator' ? { kind: caller.kind, apiKeyId: caller.apiKeyId } : { kind: caller.kind };
}
