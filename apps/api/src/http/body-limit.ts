import { CommerceError } from '@commerce-core/core';
import { TRPCError } from '@trpc/server';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { headerOf } from './header-of.ts';
import type { AppEnv } from './app-env.ts';

// A client that sends its whole body before it reads would get a broken pipe instead of the 413.
const drainBytesMax = 16 * 1024 * 1024;
const drainMaxMs = 10_000;

/**
 * Rejects bodies of more than `maxSize` bytes with `payload_too_large`, and compressed ones with 415. `respond` returns
 * the response for an error. The rest of a too large body is read and dropped first, up to 16 MiB and for up to 10 s.
 *
 * Node.js enforces a Content-Length, so for such a request it is enough to read the header. Only a body without one is
 * counted while it is read, because that turns the request into a stream.
 */
export function limitBody(
  maxSize: number,
  respond: (c: Context<AppEnv>, error: CommerceError | TRPCError) => Response,
): MiddlewareHandler<AppEnv> {
  const rejectSize = async (c: Context<AppEnv>): Promise<Response> => {
    await drain(c);
    return respond(c, new CommerceError('payload_too_large', `the body may have at most ${maxSize} bytes`));
  };
  const counting = bodyLimit({ maxSize, onError: rejectSize });
  return async (c, next) => {
    if (isCompressed(headerOf(c, 'content-encoding'))) {
      await drain(c);
      return respond(c, new TRPCError({ code: 'UNSUPPORTED_MEDIA_TYPE' }));
    }
    const length = headerOf(c, 'content-length');
    if (length === undefined || headerOf(c, 'transfer-encoding') !== undefined) return counting(c, next);
    return Number(length) > maxSize ? rejectSize(c) : next();
  };
}

const isCompressed = (encoding = 'identity'): boolean => encoding.trim().toLowerCase() !== 'identity';

/** Reads and drops the rest of a request's body, within bounds. */
async function drain({ env: { incoming } = {} }: Context<AppEnv>): Promise<void> {
  if (!incoming || incoming.readableEnded || incoming.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, drainMaxMs);
  let bytes = 0;
  // The stream that counts the body would pause the request again.
  incoming.removeAllListeners('data');
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > drainBytesMax) resolve();
  });
  incoming.once('close', resolve).once('end', resolve).resume();
  await promise;
  clearTimeout(timer);
}
