import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../http/app-env.ts';
import { errorShape, refusalOf } from '../http/refusal.ts';
import { traceRefusal } from '../http/trace.ts';

/** An error before any procedure was called, in the shape that tRPC's clients read. */
export function trpcErrorResponse(c: Context<AppEnv>, thrown: unknown): Response {
  const refusal = refusalOf(thrown);
  traceRefusal(c.get('trace'), refusal, thrown);
  return c.json({ error: errorShape(refusal, undefined) }, refusal.status as ContentfulStatusCode);
}
