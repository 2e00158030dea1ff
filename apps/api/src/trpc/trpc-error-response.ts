import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { TRPCError } from '@trpc/server';
import type { AppEnv, Trace } from '../http/app-env.ts';
import { errorShape, refusalOf, type Refusal } from '../http/refusal.ts';
import { traceRefusal } from '../http/trace.ts';

/** An error before any procedure was called, in the shape that tRPC's clients read. */
export function trpcErrorResponse(c: Context<AppEnv>, thrown: unknown): Response {
  const refusal = refusalOf(thrown);
  traceRefusal(c.get('trace'), refusal, thrown);
  return c.json({ error: errorShape(refusal, undefined) }, refusal.status as ContentfulStatusCode);
}

/** What the caller gets for an error of a procedure, noted for the log. tRPC wraps what a procedure threw. */
export function tracedRefusal(trace: Trace, thrown: unknown): Refusal {
  const refusal = refusalOf(thrown, trace.caller);
  traceRefusal(trace, refusal, thrown instanceof TRPCError ? (thrown.cause ?? thrown) : thrown);
  return refusal;
}
