import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { refusalOf } from './refusal.ts';
import { traceRefusal } from './trace.ts';
import type { AppEnv } from './app-env.ts';

/**
 * Returns `{ error: { code, message, hint, details? } }`, the errors of all routes but tRPC's. `status` replaces the
 * error's own.
 */
export function errorResponse(c: Context<AppEnv>, thrown: unknown, status?: 415 | 503): Response {
  const own = refusalOf(thrown);
  const refusal = { ...own, status: status ?? own.status };
  traceRefusal(c.get('trace'), refusal, thrown);
  const { code, hint, details } = refusal.body;
  return c.json({ error: { code, message: refusal.message, hint, details } }, refusal.status as ContentfulStatusCode);
}
