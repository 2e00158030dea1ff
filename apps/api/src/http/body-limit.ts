import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { headerOf } from './header-of.ts';
import type { AppEnv } from './app-env.ts';

/**
 * Rejects bodies of more than `maxSize` bytes with the response of `onError`. Node.js enforces a Content-Length, so for
 * such a request it is enough to read the header. Only a body without one is counted while it is read, because that
 * turns the request into a stream.
 */
export function limitBody(maxSize: number, onError: (c: Context<AppEnv>) => Response): MiddlewareHandler<AppEnv> {
  const counting = bodyLimit({ maxSize, onError });
  return async (c, next) => {
    const length = headerOf(c, 'content-length');
    if (length === undefined || headerOf(c, 'transfer-encoding') !== undefined) return counting(c, next);
    return Number(length) > maxSize ? onError(c) : next();
  };
}
