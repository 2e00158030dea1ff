import { CommerceError } from '@commerce-core/core';
import type { Context } from 'hono';
import type { AppEnv } from './app-env.ts';
import { refusalOf } from './refusal.ts';
import { nodeResponseOf, streamHeaders, untilDrained } from './node-response.ts';
import { traceRefusal } from './trace.ts';

/**
 * Sends a body whose length is not known, as fast as the client reads. The first part is made before the response
 * begins, so that its errors are thrown. After that, an error breaks the connection: a body that ends well is complete,
 * also for a client of HTTP/1.0, which knows the end of a body by the end of the connection.
 *
 * Stops taking parts when the client is gone, reads nothing for 5 minutes, or the server stops.
 */
export async function sendStream(
  c: Context<AppEnv>,
  headers: Record<string, string>,
  parts: AsyncIterator<string, void>,
): Promise<Response> {
  const outgoing = nodeResponseOf(c);
  const trace = c.get('trace');
  let part = await parts.next();
  const all = streamHeaders(c, headers);
  if (c.req.method === 'HEAD') {
    await parts.return?.();
    return c.body(null, 200, all);
  }
  outgoing.writeHead(200, all);
  try {
    for (; !part.done && !outgoing.destroyed; part = await parts.next()) {
      if (trace.stopping) throw new CommerceError('overloaded', 'this server stops; read the file again');
      if (!outgoing.write(part.value)) await untilDrained(outgoing);
    }
    if (part.done) outgoing.end();
    else trace.codes.push('client_closed');
  } catch (error) {
    traceRefusal(trace, refusalOf(error), error);
    // Not `destroy`, which ends the connection as after a complete body of HTTP/1.0.
    outgoing.socket?.resetAndDestroy();
  } finally {
    await parts.return?.();
  }
  // `serve` sends nothing more.
  return new Response(null);
}
