import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { CommerceError } from '@commerce-core/core';
import type { Context } from 'hono';
import type { AppEnv } from './app-env.ts';
import { responseHeaders } from './trace.ts';

/** Node's own response to a request, for a body that is written as it comes. */
export function nodeResponseOf(c: Context<AppEnv>): ServerResponse {
  const { outgoing } = c.env ?? {};
  if (!outgoing || !('shouldKeepAlive' in outgoing)) throw new Error('a stream needs the server of Node.js');
  return outgoing;
}

/** The headers of such a response, with those that were set before, as for pages of other origins. */
export const streamHeaders = (c: Context<AppEnv>, headers: Record<string, string>): Record<string, string> => ({
  ...Object.fromEntries(c.res.headers),
  ...responseHeaders(c.get('trace')),
  ...headers,
});

/** How long a client may read nothing. */
const unreadMaxMs = 5 * 60_000;

/**
 * Waits until the client has read what was written, or is gone.
 * @throws client_closed when it reads nothing for 5 minutes
 */
export async function untilDrained(outgoing: ServerResponse): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const events = [once(outgoing, 'drain', { signal }), once(outgoing, 'close', { signal })];
  const tooLong = setTimeout(unreadMaxMs, 'too long', { signal, ref: false });
  try {
    const first = await Promise.race([...events, tooLong]);
    if (first === 'too long') throw new CommerceError('client_closed', 'the client reads nothing');
  } finally {
    for (const each of [...events, tooLong]) each.catch(() => undefined);
    waiting.abort();
  }
}
