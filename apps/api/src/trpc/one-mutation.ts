import { callTRPCProcedure, TRPCError } from '@trpc/server';
import type { Context as HonoContext } from 'hono';
import type { z } from 'zod';
import { authorize } from '../auth/access.ts';
import { jsonAnswer } from '../http/json-response.ts';
import { errorShape, refusalOf } from '../http/refusal.ts';
import { appRouter } from '../routers/index.ts';
import { note } from '../http/trace.ts';
import type { Context } from './trpc.ts';
import type { AppEnv } from '../http/app-env.ts';

type Procedure = {
  _def: {
    type: string;
    inputs: readonly z.ZodType[];
    middlewares: readonly unknown[];
    resolver: (options: {
      ctx: Context;
      input: unknown;
      path: string;
      type: 'mutation';
      signal: AbortSignal | undefined;
    }) => Promise<unknown>;
  };
};

// At run time this is flat, by the path of each procedure; the types have it nested.
const procedures = appRouter._def.procedures as unknown as Record<string, Procedure>;

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
    const data = await call(path, ctx, async () => parseBody(await c.req.text()));
    return jsonAnswer(trace, 200, { result: { data } });
  } catch (thrown) {
    const refusal = refusalOf(thrown);
    note(trace, refusal, thrown instanceof TRPCError ? (thrown.cause ?? thrown) : thrown);
    return jsonAnswer(trace, refusal.status, { error: errorShape(thrown, path) });
  }
}

/** What a procedure of trpc.ts is made of: who may, one input, what it does; whatever has more to it is left to tRPC. */
const isPlain = ({ inputs, middlewares }: Procedure['_def']): boolean =>
  inputs.length === 1 && middlewares.length === 3;

/**
 * A procedure's answer. tRPC copies its options, property by property, at each of the three steps, which took a twelfth of
 * all time here; these are the same steps.
 */
async function call(path: string, ctx: Context, getRawInput: () => Promise<unknown>): Promise<unknown> {
  const { _def } = procedures[path]!;
  const { signal } = ctx.call;
  if (!isPlain(_def))
    return callTRPCProcedure({ router: appRouter, path, type: 'mutation', ctx, getRawInput, signal, batchIndex: 0 });
  authorize(path, ctx.caller);
  const parsed = _def.inputs[0]!.safeParse(await getRawInput());
  if (!parsed.success) throw new TRPCError({ code: 'BAD_REQUEST', cause: parsed.error });
  return _def.resolver({ ctx, input: parsed.data, path, type: 'mutation', signal });
}

function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause });
  }
}
