import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

// The trace context of a page's own OpenTelemetry is let through also where the shop has no traces: a browser would
// refuse the whole call.
const pageHeaders = [
  'authorization',
  'content-type',
  'x-request-id',
  'idempotency-key',
  'last-event-id',
  'traceparent',
  'tracestate',
  'baggage',
];

/** Lets pages of these origins call, with `headers` besides those that every page may send. */
export const allowPages = (origins: readonly string[], headers: readonly string[]): MiddlewareHandler =>
  cors({
    origin: [...origins],
    allowMethods: ['GET', 'POST'],
    allowHeaders: [...pageHeaders, ...headers],
    exposeHeaders: ['x-request-id', 'retry-after', 'content-disposition'],
    maxAge: 600,
  });
