import type { Context } from 'hono';
import type { AppEnv } from '../http/app-env.ts';
import { allowLongBody } from '../http/request-time.ts';

/** How long a sender may pause. */
const pauseMaxMs = 60_000;

/**
 * Reads the body of a request as it comes, without a limit of its length or of the whole time. It may be left unread:
 * its response is sent all the same.
 */
export async function* requestBytes(c: Context<AppEnv>): AsyncGenerator<Buffer, void> {
  const { incoming } = c.env ?? {};
  if (!incoming || !('httpVersion' in incoming)) throw new Error('a file needs the server of Node.js');
  allowLongBody(incoming);
  const chunks = incoming.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const tooLong = setTimeout(() => incoming.destroy(), pauseMaxMs);
      const next: IteratorResult<Buffer, void> = await chunks.next().finally(() => clearTimeout(tooLong));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await chunks.return?.();
  }
}
