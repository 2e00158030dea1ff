import { TRPCError } from '@trpc/server';
import type { Context } from 'hono';
import type { AppEnv } from '../http/app-env.ts';
import { readJson } from '../http/read-json.ts';

/** Reads a request's body. */
export const readBody = async (c: Context<AppEnv>): Promise<Buffer<ArrayBuffer>> =>
  Buffer.from(await c.req.arrayBuffer());

/** Parses a request's body. @throws TRPCError when it is not JSON @throws CommerceError when `readJson` refuses it */
export function parseInput(body: Buffer): unknown {
  try {
    return readJson(body);
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new TRPCError({ code: 'BAD_REQUEST', cause });
    throw cause;
  }
}
