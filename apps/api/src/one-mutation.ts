import { callTRPCProcedure, TRPCError } from '@trpc/server';
import type { Context as HonoContext } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { errorShape, refusalOf } from './refusal.ts';
import { appRouter } from './routers/index.ts';
import { answerHeaders, note, type AppEnv } from './trace.ts';
import type { Context } from './trpc.ts';

// At run time this is flat, by the path of each procedure; the types have it nested.
const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;

/** Whether a request is one mutation and nothing else, the hot way in: neither a batch, nor a query. */
export const isOneMutation = (method: string, path: string, search: string): boolean =>
  method === 'POST' && search === '' && Object.hasOwn(procedures, path) && procedures[path]!._def.type === 'mutation';

/**
 * Calls one mutation and answers as tRPC's own adapter does, byte for byte, but without its copies of request and
 * response, which cost more than all else here. What the adapter can do besides (batches, streams) stays with it.
 */
export async function callOneMutation(
  c: HonoContext<AppEnv>,
  path: string,
  createContext: (calls: number) => Promise<Context>,
): Promise<Response> {
  const trace = c.get('trace');
  try {
    const ctx = await createContext(1);
    const data = await callTRPCProcedure({
      router: appRouter,
      path,
      type: 'mutation',
      ctx,
      getRawInput: async () => parseBody(await c.req.text()),
      signal: ctx.call.signal,
      batchIndex: 0,
    });
    return answer(c, 200, { result: { data } });
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    note(trace, refusal, thrown instanceof TRPCError ? (thrown.cause ?? thrown) : thrown);
    return answer(c, refusal.status, { error: errorShape(thrown, path) });
  }
}

function answer(c: HonoContext<AppEnv>, status: number, body: object): Response {
  const headers = { 'content-type': 'application/json', ...answerHeaders(c.get('trace')) };
  return c.body(JSON.stringify(body), status as ContentfulStatusCode, headers);
}

function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause });
  }
}
