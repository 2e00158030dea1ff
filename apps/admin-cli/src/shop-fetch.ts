import { Unreachable } from './refusal.ts';

/**
 * Returns a `fetch` for the shop at `url` that throws a clear error in two cases: no server answers, or a proxy answers
 * for a shop that is down. Neither case is an error of the API.
 *
 * @throws Unreachable in these two cases
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
  // fetch throws "fetch failed"; the reason is in the cause.
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause ? reasons[String(cause.code)] : undefined;
}
