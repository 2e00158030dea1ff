import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { headerOf } from './header-of.ts';
import type { AppEnv } from './app-env.ts';

/**
 * Refuses bodies of more than `maxSize` bytes. Where the length is told beforehand Node.js holds the sender to it, and it
 * is enough to look; only a body without one is counted as it comes, which makes a stream of every request.
 */
export function limitBody(maxSize: number, onError: (c: Context<AppEnv>) => Response): MiddlewareHandler<AppEnv> {
  const counting = bodyLimit({ maxSize, onError });
  return async (c, next) => {
    const length = headerOf(c, 'content-length');
    if (length === undefined || headerOf(c, 'transfer-encoding') !== undefined) return counting(c, next);
    return Number(length) > maxSize ? onError(c) : next();
  };
}
