import type { Context } from 'hono';
import type { AppEnv } from './app-env.ts';

/**
 * Returns a request's header by its lower-case name, as Node.js parsed it. `c.req.header` would first create a Headers
 * object of all headers, for every request.
 */
export function headerOf(c: Context<AppEnv>, name: string): string | undefined {
  const { incoming } = c.env ?? {};
  if (!incoming) return c.req.header(name);
  const value = incoming.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
