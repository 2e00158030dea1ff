import { CommerceError } from '@commerce-core/core';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { headerOf } from './header-of.ts';
import type { AppEnv } from './app-env.ts';

/** How much of a refused body is read and dropped: a client that sends before it reads gets a broken pipe otherwise. */
export type DrainBounds = { bytesMax: number; timeMaxMs: number };

const drainDefault: DrainBounds = { bytesMax: 16 * 1024 * 1024, timeMaxMs: 10_000 };

/**
 * Rejects bodies of more than `maxSize` bytes with `payload_too_large`, and compressed ones with
 * `unsupported_encoding`. `respond` returns the response for an error. The rest of a refused body is read and dropped
 * first, within `drained`. A client that waits for `100 Continue` gets the refusal at once.
 *
 * Node.js enforces a Content-Length, so for such a request it is enough to read the header. Only a body without one is
 * counted while it is read, because that turns the request into a stream.
 */
export function limitBody(
  maxSize: number,
  respond: Respond,
  drained: DrainBounds = drainDefault,
): MiddlewareHandler<AppEnv> {
  const tooLarge = () => new CommerceError('payload_too_large', `the body may have at most ${maxSize} bytes`);
  const counting = bodyLimit({
    maxSize,
    async onError(c: Context<AppEnv>) {
      await drain(c, drained);
      return respond(c, tooLarge());
    },
  });
  return async (c, next) => {
    const isCompressed = isEncoded(headerOf(c, 'content-encoding'));
    const length = headerOf(c, 'content-length');
    const isCounted = length === undefined || headerOf(c, 'transfer-encoding') !== undefined;
    if (isCompressed || (!isCounted && Number(length) > maxSize)) {
      if (!waitsFor100(c)) await drain(c, drained);
      return isCompressed ? refuseEncoding(c, respond) : respond(c, tooLarge());
    }
    acceptBody(c);
    return isCounted ? counting(c, next) : next();
  };
}

/** What `limitBody` calls for the response to an error. */
type Respond = (c: Context<AppEnv>, error: CommerceError) => Response;

/** The response to a body with a Content-Encoding other than `accepted`. */
export function refuseEncoding(c: Context<AppEnv>, respond: Respond, accepted = 'identity'): Response {
  const message =
    accepted === 'identity'
      ? 'a body must not be compressed; send it without Content-Encoding'
      : `a body may be compressed by ${accepted} alone`;
  const response = respond(c, new CommerceError('unsupported_encoding', message));
  // RFC 9110, 12.5.3: what a client may send.
  response.headers.set('accept-encoding', accepted);
  response.headers.set('connection', 'close');
  return response;
}

/** Whether a Content-Encoding says that a body is compressed. */
export const isEncoded = (encoding = 'identity'): boolean => encoding.trim().toLowerCase() !== 'identity';

/** Whether the client sends its body after `100 Continue`, and not before. `serve` leaves that to this module. */
const waitsFor100 = (c: Context<AppEnv>): boolean => headerOf(c, 'expect')?.toLowerCase() === '100-continue';

/** Has a client that waits for `100 Continue` send its body. */
export function acceptBody(c: Context<AppEnv>): void {
  if (waitsFor100(c)) c.env?.outgoing?.writeContinue();
}

/** Reads and drops the rest of a request's body, within bounds. */
async function drain({ env: { incoming } = {} }: Context<AppEnv>, { bytesMax, timeMaxMs }: DrainBounds): Promise<void> {
  if (!incoming || incoming.readableEnded || incoming.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, timeMaxMs);
  let bytes = 0;
  // The stream that counts the body would pause the request again.
  incoming.removeAllListeners('data');
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > bytesMax) resolve();
  });
  incoming.once('close', resolve).once('end', resolve).resume();
  await promise;
  clearTimeout(timer);
}
