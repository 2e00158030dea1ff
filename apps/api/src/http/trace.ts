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

/**
 * Gives each request an id: the caller's `x-request-id` when it is fit for a log, else a random one. Adds the common
 * response headers. Writes one log line and one metric per response.
 */
export function tracing(log: Logger, metrics: Metrics, stopping: AbortSignal): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const startedAt = performance.now();
    const given = headerOf(c, 'x-request-id');
    const id = given !== undefined && usableId.test(given) ? given : randomUUID();
    const trace: Trace = {
      id,
      traceId: undefined,
      caller: undefined,
      procedures: [],
      codes: [],
      retryAfterS: undefined,
      fault: undefined,
      facts: {},
      headersSet: false,
      logBrokenStream: () => writeLine(log, c, trace, performance.now() - startedAt, 'stream'),
      get stopping() {
        return stopping.aborted;
      },
    };
    c.set('trace', trace);
    await next();
    if (!trace.headersSet) {
      // After `next`, because tRPC returns a Response of its own, without the headers that were set before.
      const { headers, status } = c.res;
      for (const [name, value] of Object.entries(responseHeaders(trace, status))) headers.set(name, value);
    }
    const ms = performance.now() - startedAt;
    writeLine(log, c, trace, ms);
    metrics.observeRequest({ route: routeOf(trace, c.req.path), status: c.res.status, ms });
  };
}

/** The headers of every response. A route that calls this must use them: `tracing` no longer adds them. */
export function responseHeaders(trace: Trace, status?: number): Record<string, string> {
  trace.headersSet = true;
  return {
    ...securityHeaders,
    'x-request-id': trace.id,
    'cache-control': 'no-store',
    ...(trace.retryAfterS === undefined ? {} : { 'retry-after': String(trace.retryAfterS) }),
    // Keeps a client from sending its next request into a connection that is about to close: the process shuts down, or
    // the rest of a too large body is not read.
    ...(trace.stopping || status === 413 ? { connection: 'close' } : {}),
  };
}

// No response is a page, so browsers must not run, frame, sniff or refer from any of them.
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

/**
 * Adds an error to the request's trace: its code, whether a retry makes sense, and for a server error what was thrown.
 */
export function traceRefusal(trace: Trace, { status, body }: Refusal, thrown: unknown): void {
  trace.codes.push(body.code);
  if (status >= 500) trace.fault ??= thrown;
  if (status === 503 || status === 429 || body.code === 'idempotency_in_progress')
    trace.retryAfterS ??= body.details && 'retryAfterS' in body.details ? body.details.retryAfterS : 1;
}

function writeLine(log: Logger, c: Context<AppEnv>, trace: Trace, ms: number, message = 'request'): void {
  const { status } = c.res;
  const { path, method } = c.req;
  const line = {
    requestId: trace.id,
    ...(trace.traceId === undefined ? {} : { traceId: trace.traceId }),
    method,
    path: path.slice(0, pathLengthMax),
    ...(trace.procedures.length > 0 ? { procedures: trace.procedures } : {}),
    status,
    ms: Math.round(ms * 10) / 10,
    ...(trace.caller ? { caller: describeCaller(trace.caller) } : {}),
    ...(trace.codes.length > 0 ? { codes: [...new Set(trace.codes)] } : {}),
    ...trace.facts,
    ...(trace.fault === undefined ? {} : { err: trace.fault }),
  };
  if (trace.fault !== undefined) log.error(line, message);
  else if (path === '/healthz' || path === '/readyz') log.debug(line, message);
  else log.info(line, message);
}

/** The metric's route label. It has few values, because each one is a time series. */
function routeOf({ procedures }: Trace, path: string): string {
  const [procedure, ...others] = procedures;
  if (procedure !== undefined) return others.length === 0 ? procedure : 'batch';
  if (path.startsWith('/api/v1/payments/webhooks/')) return 'webhook';
  if (path.startsWith('/api/v1/export/')) return 'export';
  return path.startsWith('/api/v1/import/') ? 'import' : 'other';
}

/** The caller for the log. A customer's id is left out, because it may be an e-mail address. */
function describeCaller(caller: Caller): Record<string, string> {
  if (caller.kind !== 'operator') return { kind: caller.kind };
  const { kind, clientId, apiKeyId } = caller;
  return { kind, clientId, apiKeyId };
}
