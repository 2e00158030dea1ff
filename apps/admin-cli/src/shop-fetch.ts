import { Unreachable } from './refusal.ts';

/**
 * `fetch` for the shop at `url`, which says in words when nobody answers there, or when what answers is a proxy whose
 * shop is down: neither is in the API's own language.
 *
 * @throws Unreachable
 */
export function shopFetch(url: string): typeof fetch {
  return async (input, init) => {
    let response: Response;
    try {
      response = await fetch(input, init);
    } catch (error) {
      const why = reason(error);
      const message = `No answer from ${url}${why ? `: ${why}` : ''}. Is the shop running? \`npm start\` starts it.`;
      throw new Unreachable(message, { cause: error });
    }
    const isApi = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    if (isApi || ![429, 502, 503, 504].includes(response.status)) return response;
    await response.body?.cancel();
    throw new Unreachable(`The shop at ${url} has no room or is down just now (${response.status}). Try again.`);
  };
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_HEADERS_TIMEOUT: 'it took too long',
};

function reason(error: unknown): string | undefined {
  // fetch says "fetch failed"; what failed is in the cause.
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? reasons[String(cause.code)] : undefined;
}
