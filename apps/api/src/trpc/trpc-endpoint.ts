import type { Commerce } from '@commerce-core/core';
import { TRPCError } from '@trpc/server';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { Hono, type Context } from 'hono';
import { headerOf } from '../http/header-of.ts';
import { access } from '../auth/access.ts';
import { limitBody } from '../http/body-limit.ts';
import type { Authenticate } from '../auth/caller.ts';
import type { GuestOrders } from '../guests/guest-orders.ts';
import { actingCommerce } from '../auth/acting-commerce.ts';
import { credentialsOf } from '../auth/session-cookie.ts';
import type { CountedCalls } from '../http/call-limits.ts';
import { addressOf, networkOf } from '../http/client-address.ts';
import { idempotencyHeader, idempotencyOf } from './idempotency.ts';
import { batchRows, batchRowsMax } from './batch-rows.ts';
import { callOneMutation, isOneMutation } from './one-mutation.ts';
import { parseInput, readBody } from './read-input.ts';
import { answerSubscription, isSubscription } from './subscription.ts';
import { trpcErrorResponse } from './trpc-error-response.ts';
import { invalidEncoding } from '../http/read-json.ts';
import { isUrlInUtf8, searchOf } from '../http/url.ts';
import { refusalOf } from '../http/refusal.ts';
import { appRouter } from '../routers/index.ts';
import { traceRefusal } from '../http/trace.ts';
import type { AppEnv } from '../http/app-env.ts';

/** The path under which the procedures are served. */
export const endpoint = '/trpc';
/** The largest number of calls in one request. */
const batchMax = 50;
// An order of 2,000 lines, the largest input, has about 170 kB.
const bodyBytesMax = 512 * 1024;

type TrpcOptions = {
  commerce: Commerce;
  authenticate: Authenticate;
  limits: CountedCalls;
  guests: GuestOrders | undefined;
  stopping: AbortSignal;
};

/** Serves the procedures over HTTP: JSON bodies of at most 512 KiB, at most 50 calls and 500 listed rows per batch. */
export function trpcRoutes({ commerce, authenticate, limits, guests, stopping }: TrpcOptions) {
  const limit = limitBody(bodyBytesMax, trpcErrorResponse);
  const asCaller = actingCommerce(commerce);
  return new Hono<AppEnv>().on(['GET', 'POST'], '/*', limit, async (c) => {
    const trace = c.get('trace');
    trace.procedures = procedureNames(c.req.path);
    // tRPC also accepts forms and streams, whose parts have no limits of their own.
    if (c.req.method === 'POST' && !isJson(headerOf(c, 'content-type'))) {
      return trpcErrorResponse(c, new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' }));
    }
    if (!isUrlInUtf8(c.req.url)) return trpcErrorResponse(c, invalidEncoding());
    const createContext = async (calls: number) => {
      const credentials = credentialsOf(c);
      const reauthenticate = async () => authenticate(credentials, { touch: false });
      const caller = await limits.identify(c, calls, async () => authenticate(credentials));
      trace.caller = caller;
      const idempotency = idempotencyOf(caller, headerOf(c, idempotencyHeader), calls);
      const network = () => networkOf(addressOf(c, guests?.addressHeader));
      const call = { idempotency, signal: c.req.raw.signal };
      return { commerce: asCaller(caller), caller, call, guests, network, stopping, reauthenticate };
    };
    const path = c.req.path.slice(endpoint.length + 1);
    if (isOneMutation(c.req.method, path, searchOf(c.req.url))) return callOneMutation(c, path, createContext);
    if (c.req.method === 'GET' && batchRows(path, searchOf(c.req.url)) > batchRowsMax) {
      const message = `the calls of a batch may list ${batchRowsMax} rows in all; send fewer of them, or smaller limits`;
      return trpcErrorResponse(c, new TRPCError({ code: 'BAD_REQUEST', message }));
    }
    if (isSubscription(path)) return answerSubscription(c, path, createContext);
    const request = await batchRequest(c).catch((error: unknown) => trpcErrorResponse(c, error));
    if (request instanceof Response) return request;
    return fetchRequestHandler({
      endpoint,
      req: request,
      router: appRouter,
      maxBatchSize: batchMax,
      createContext: async ({ info }) => createContext(info.calls.length),
      onError: ({ error }) => traceRefusal(trace, refusalOf(error), error.cause ?? error),
    });
  });
}

/** The request for tRPC's adapter, which parses a body without limits: the body is read and checked before. */
async function batchRequest(c: Context<AppEnv>): Promise<Request> {
  const { raw } = c.req;
  if (c.req.method !== 'POST') return raw;
  const { url, method, headers, signal } = raw;
  const body = await readBody(c);
  parseInput(body);
  return new Request(url, { method, headers, signal, body });
}

/** Whether a content type is JSON, and its charset is UTF-8 if it names one (RFC 8259, 8.1). */
function isJson(contentType = ''): boolean {
  const [type = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charsets = parameters.filter((parameter) => parameter.startsWith('charset'));
  return type === 'application/json' && charsets.every((charset) => /^charset="?utf-?8"?$/.test(charset));
}

/** The called procedures for log and metrics. Unknown names may be anything, so all of them become `unknown`. */
function procedureNames(path: string): string[] {
  const names = path.slice(endpoint.length + 1).split(',', batchMax);
  return [...new Set(names.map((name) => (Object.hasOwn(access, name) ? name : 'unknown')))];
}
