import { answerHeaders } from './trace.ts';
import type { Trace } from './app-env.ts';

/**
 * An answer of the hot ways in. Made by itself and not by `c.json`, which makes a Headers object of them: as they are here
 * Node.js can write them.
 */
export const jsonAnswer = (trace: Trace, status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', ...answerHeaders(trace) },
  });
