import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { callTRPCProcedure, isTrackedEnvelope, TRPCError } from '@trpc/server';
import type { Context as HonoContext } from 'hono';
import type { ServerResponse } from 'node:http';
import { authorize } from '../auth/access.ts';
import type { AppEnv } from '../http/app-env.ts';
import { headerOf } from '../http/header-of.ts';
import { nodeResponseOf, streamHeaders, untilDrained } from '../http/node-response.ts';
import { errorShape } from '../http/refusal.ts';
import { searchOf } from '../http/url.ts';
import { appRouter } from '../routers/index.ts';
import { procedures } from './procedures.ts';
import type { Context } from './trpc.ts';
import { tracedRefusal, trpcErrorResponse } from './trpc-error-response.ts';

/** A proxy closes a connection on which nothing is sent, often after 60 s. */
const pingEveryMs = 15_000;
/** After this time without a byte, the client connects again. */
const reconnectAfterInactivityMs = 40_000;

/** Whether a path is a procedure whose answer is a stream. */
export const isSubscription = (path: string): boolean =>
  Object.hasOwn(procedures, path) && procedures[path]?._def.type === 'subscription';

/**
 * Sends the events of a subscription as tRPC's client reads Server-Sent Events, or an error when its caller, right
 * or input is refused. tRPC's own adapter would send such an error as an event, with the status 200. Its streams also
 * pass through four web streams, which cost 60 kB of memory each and much of the CPU time of an event.
 */
export async function answerSubscription(
  c: HonoContext<AppEnv>,
  path: string,
  createContext: (calls: number) => Promise<Context>,
): Promise<Response> {
  const outgoing = nodeResponseOf(c);
  const disconnected = new AbortController();
  if (outgoing.destroyed) disconnected.abort();
  outgoing.once('close', () => disconnected.abort());
  let events: AsyncIterable<unknown>;
  try {
    events = await openEvents(c, path, createContext, disconnected.signal);
  } catch (error) {
    return trpcErrorResponse(c, error);
  }
  const trace = c.get('trace');
  const headers = {
    'content-type': 'text/event-stream',
    // A proxy that compresses or buffers would keep events back.
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  };
  outgoing.writeHead(200, streamHeaders(c, headers));
  const describeError = (thrown: unknown) => {
    const refusal = tracedRefusal(trace, thrown);
    if (refusal.body.code === 'internal_error') trace.logBrokenStream();
    return errorShape(refusal, path);
  };
  // The request is answered now: its log line doesn't wait for the end of the stream.
  void sendEvents(outgoing, events, describeError);
  return new Response(null, RESPONSE_ALREADY_SENT);
}

/** Checks the caller, the right and the input of a subscription, and calls it. */
async function openEvents(
  c: HonoContext<AppEnv>,
  path: string,
  createContext: (calls: number) => Promise<Context>,
  signal: AbortSignal,
): Promise<AsyncIterable<unknown>> {
  if (c.req.method !== 'GET') throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED' });
  const ctx = await createContext(1);
  authorize(path, ctx.caller);
  const input = inputOf(c);
  for (const schema of procedures[path]?._def.inputs ?? []) {
    const { error } = schema.safeParse(input);
    if (error) throw badRequest(error);
  }
  const options = { router: appRouter, path, ctx, signal, batchIndex: 0 };
  // A procedure of this kind returns what it yields.
  return callTRPCProcedure({ ...options, type: 'subscription', getRawInput: async () => input }) as Promise<
    AsyncIterable<unknown>
  >;
}

/** The input of a stream. A client that reconnects adds the id of the last event that it has received. */
function inputOf(c: HonoContext<AppEnv>): unknown {
  const search = new URLSearchParams(searchOf(c.req.url));
  if (search.get('batch') === '1')
    throw new TRPCError({ code: 'BAD_REQUEST', message: 'a stream cannot be part of a batch; call it alone' });
  const input = parsed(search.get('input'));
  const lastEventId = headerOf(c, 'last-event-id') ?? search.get('lastEventId') ?? search.get('Last-Event-Id');
  if (!lastEventId) return input;
  return typeof input === 'object' ? { ...input, lastEventId } : (input ?? { lastEventId });
}

function parsed(input: string | null): unknown {
  try {
    return input === null ? undefined : JSON.parse(input);
  } catch (error) {
    throw badRequest(error);
  }
}

const badRequest = (cause: unknown): TRPCError => new TRPCError({ code: 'BAD_REQUEST', cause });

/** Sends events until there are no more, the client is gone, or it reads nothing for 5 minutes. */
async function sendEvents(
  outgoing: ServerResponse,
  events: AsyncIterable<unknown>,
  describeError: (thrown: unknown) => unknown,
): Promise<void> {
  // The clients of a server that stopped must not come back at the same time. The default of browsers is 3 s.
  const retryMs = Math.round(500 + Math.random() * 1_000);
  outgoing.write(
    `retry: ${retryMs}\n\nevent: connected\ndata: {"reconnectAfterInactivityMs":${reconnectAfterInactivityMs}}\n\n`,
  );
  const ping = setInterval(() => {
    if (!outgoing.writableNeedDrain) outgoing.write('event: ping\ndata: \n\n');
  }, pingEveryMs);
  try {
    for await (const event of events) {
      if (outgoing.destroyed) return;
      if (!outgoing.write(eventText(event))) await untilDrained(outgoing);
    }
    outgoing.end('event: return\ndata: \n\n');
  } catch (error) {
    const description = JSON.stringify(describeError(error));
    if (outgoing.writableNeedDrain) outgoing.destroy();
    else outgoing.end(`event: serialized-error\ndata: ${description}\n\n`);
  } finally {
    clearInterval(ping);
  }
}

function eventText(event: unknown): string {
  if (!isTrackedEnvelope(event)) return `data: ${JSON.stringify(event)}\n\n`;
  const [id, data] = event;
  return `data: ${JSON.stringify(data)}\nid: ${id}\n\n`;
}
