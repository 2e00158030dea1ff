import { CommerceError } from '@commerce-core/core';
import type { Context, MiddlewareHandler } from 'hono';
import type { AppEnv } from './app-env.ts';

/**
 * Rejects requests with `overloaded` while `requestsMax` others are under way. `respond` returns the response for the
 * error.
 */
export function limitRequests(
  requestsMax: number,
  respond: (c: Context<AppEnv>, error: CommerceError) => Response,
): MiddlewareHandler<AppEnv> {
  let underWay = 0;
  return async (c, next) => {
    if (underWay >= requestsMax)
      return respond(
        c,
        new CommerceError('overloaded', 'too many requests are under way; nothing was done, try again shortly'),
      );
    underWay += 1;
    try {
      return await next();
    } finally {
      underWay -= 1;
    }
  };
}
