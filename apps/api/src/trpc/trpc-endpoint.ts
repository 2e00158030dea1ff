import type { Commerce, CommerceError } from '@commerce-core/core';
import { TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { Hono, type Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { headerOf } from '../http/header-of.ts';
import { access } from '../auth/access.ts';
import { limitBody } from '../http/body-limit.ts';
import type { Authenticate } from '../auth/caller.ts';
import { idempotencyHeader, idempotencyOf } from './idempotency.ts';
import { callOneMutation, isOneMutation } from './one-mutation.ts';
import { errorShape, refusalOf } from '../http/refusal.ts';
import { appRouter } from '../routers/index.ts';
import { traceRefusal } from '../http/trace.ts';
import type { AppEnv } from '../http/app-env.ts';

/** The path under which the procedures are served. */
export const endpoint = '/trpc';
/** The largest number of calls in one request. */
const batchMax = 50;
// An order of 2,000 lines, the largest, has about 170 kB.
const bodyBytesMax = 1024 * 1024;

/** Serves the procedures over HTTP: JSON bodies of at most 1 MiB, at most 50 calls per request. */
export function trpcRoutes(commerce: Commerce, authenticate: Authenticate) {
  const limit = limitBody(bodyBytesMax, trpcErrorResponse);
  return new Hono<AppEnv>().on(['GET', 'POST'], '/*', limit, async (c) => {
    const trace = c.get('trace');
    trace.procedures = procedureNames(c.req.path);
    // tRPC also accepts forms and streams, whose parts have no limits of their own.
    if (c.req.method === 'POST' && !isJson(headerOf(c, 'content-type'))) {
      return trpcErrorResponse(c, new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' }));
    }
    const createContext = async (calls: number) => {
      const caller = await authenticate(headerOf(c, 'authorization'));
      trace.caller = caller;
      const idempotency = idempotencyOf(caller, headerOf(c, idempotencyHeader), calls);
      return { commerce, caller, call: { idempotency, signal: c.req.raw.signal } };
    };
    const path = c.req.path.slice(endpoint.length + 1);
    if (isOneMutation(c.req.method, path, searchOf(c.req.url))) return callOneMutation(c, path, createContext);
    return fetchRequestHandler({
      endpoint,
      req: c.req.raw,
      router: appRouter,
      maxBatchSize: batchMax,
      createContext: ({ info }) => createContext(info.calls.length),
      onError: ({ error }) => traceRefusal(trace, refusalOf(error), error.cause ?? error),
    });
  });
}

/** An error before any procedure was called, in the shape that tRPC's clients read. */
export function trpcErrorResponse(c: Context<AppEnv>, thrown: CommerceError | TRPCError): Response {
  const refusal = refusalOf(thrown);
  traceRefusal(c.get('trace'), refusal, thrown);
  return c.json({ error: errorShape(thrown, undefined) }, refusal.status as ContentfulStatusCode);
}

const isJson = (contentType = '') => contentType.replace(/;.*$/s, '').trim().toLowerCase() === 'application/json';

// Not `new URL`, which is slow for something that runs on every call.
const searchOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?')) : '');

/** The called procedures for log and metrics. Unknown names may be anything, so all of them become `unknown`. */
function procedureNames(path: string): string[] {
  const names = path.slice(endpoint.length + 1).split(',', batchMax);
  return [...new Set(names.map((name) => (Object.hasOwn(access, name) ? name : 'unknown')))];
}
