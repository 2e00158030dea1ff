import type { Tracing } from '@commerce-core/core';
import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from './app-env.ts';
import { headerOf } from './header-of.ts';

/**
 * Gives each request a span. A request with a valid header `traceparent` continues that trace. The span has the
 * procedure or route, the status and the error codes, and nothing that the caller has chosen.
 */
export const requestSpans =
  (tracing: Tracing): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const { method } = c.req;
    const caller = tracing.parseHeaders(headerOf(c, 'traceparent'), headerOf(c, 'tracestate'));
    const options = {
      name: method,
      kind: 'SERVER',
      attributes: { 'http.request.method': method },
      ...(caller && { causes: [caller] }),
    } as const;
    await tracing.inSpan(options, async (span) => {
      const trace = c.get('trace');
      trace.traceId = span.spanContext().traceId;
      await next();
      const { status } = c.res;
      const route = routeOf(trace.procedures, c.req.path);
      if (route !== undefined) span.updateName(`${method} ${route}`).setAttribute('http.route', route);
      if (trace.procedures.length > 0) span.setAttribute('commerce.procedures', [...trace.procedures]);
      if (trace.codes.length > 0) span.setAttribute('commerce.error.codes', [...new Set(trace.codes)]);
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) tracing.fail(span, trace.codes[0] ?? String(status));
    });
  };

const fileRoutes = /^\/api\/v1\/(?:export\/(?:orders|stock)\.(?:csv|jsonl)|import\/(?:products|stock)\.csv)$/;

/** The route of a span's name, one of a few; undefined for an address that doesn't exist. */
function routeOf([procedure, ...others]: readonly string[], path: string): string | undefined {
  if (procedure !== undefined) return others.length === 0 ? `/trpc/${procedure}` : '/trpc';
  const webhooks = ['/api/v1/payments/webhooks/', '/api/v1/shipments/webhooks/'].find((each) => path.startsWith(each));
  if (webhooks !== undefined) return `${webhooks}:provider`;
  return path === '/metrics' || fileRoutes.test(path) ? path : undefined;
}
