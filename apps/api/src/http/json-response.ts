import { responseHeaders } from './trace.ts';
import type { Trace } from './app-env.ts';

/**
 * Creates the JSON response of the busiest routes (mutations, webhooks), with all headers. Unlike `c.json` it creates
 * no Headers object: Node.js writes a plain object as it is.
 */
export const jsonResponse = (trace: Trace, status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...responseHeaders(trace) },
  });
