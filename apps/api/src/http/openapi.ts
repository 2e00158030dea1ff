import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { headerOf } from './header-of.ts';
import type { AppEnv } from './app-env.ts';

/** The document as it is in the package. `src/reference` generates it. */
const file = new URL('../../openapi.json', import.meta.url);

/**
 * `GET /openapi.json` returns the OpenAPI document of the API: it is public, and the same for all servers of a version.
 * A page of any origin may read it.
 */
export function openApiRoutes() {
  let loading: Promise<{ text: string; etag: string }> | undefined;
  const load = async () => {
    // Without the file's white space, which is half of it.
    const text = JSON.stringify(JSON.parse(await readFile(file, 'utf8')));
    return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
  };
  return new Hono<AppEnv>().get('/openapi.json', async (c) => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    const { text, etag } = await loading;
    const headers = { etag, 'access-control-allow-origin': '*', 'content-type': 'application/json' };
    if (headerOf(c, 'if-none-match') === etag) return c.body(null, 304, headers);
    return c.body(text, 200, headers);
  });
}
