import type { Context } from 'hono';
import type { AppEnv } from './app-env.ts';

/**
 * A request's header by its lower-case name, as Node.js parsed it. `c.req.header` makes a Headers object of all of them
 * first, for every request.
 */
export function headerOf(c: Context<AppEnv>, name: string): string | undefined {
  const { incoming } = c.env ?? {};
  if (!incoming) return c.req.header(name);
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
