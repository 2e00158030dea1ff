import { setTimeout as sleep } from 'node:timers/promises';
import { requestHeaders } from './request-headers.ts';

/** How often, and for how long each time, a call to a gateway is tried. */
export type CallPolicy = {
  /** One try is aborted after this long. */
  timeoutMs: number;
  /** Tries in all, the first one included. A call that fails every time is made again later, by a job. */
  triesMax: number;
};

/** The policy of adapters that are given none: 10 s for a try, 3 tries. */
export const callPolicy: CallPolicy = { timeoutMs: 10_000, triesMax: 3 };

/** A gateway's answer: the HTTP status, and the body parsed as JSON; undefined where it isn't JSON. */
export type GatewayAnswer = { status: number; body: unknown };

/**
 * Calls a gateway's HTTP API. A try without an answer, or with a 429 or a 5xx, is repeated after a pause of about 0.2 s
 * that doubles each time. So the request must be one that a gateway may receive twice. Redirects are not followed: the
 * credentials would go with them.
 * @param url the whole address, with path and query
 * @param init as for `fetch`
 * @returns the first answer below 500 that isn't a 429, whatever its status means
 * @throws Error when no try brought such an answer; its message contains neither headers nor bodies
 */
export async function callGateway(
  url: string,
  init: RequestInit,
  policy: CallPolicy = callPolicy,
): Promise<GatewayAnswer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await tryOnce(url, init, policy.timeoutMs);
    if (typeof answer !== 'string' && answer.status < 500 && answer.status !== 429) return answer;
    if (tries >= policy.triesMax)
      throw new Error(`the gateway gave no usable answer: ${typeof answer === 'string' ? answer : answer.status}`);
    await sleep(100 * 2 ** tries * (0.5 + Math.random() / 2));
  }
}

/** Returns the answer, or as text why there was none. */
async function tryOnce(url: string, init: RequestInit, timeoutMs: number): Promise<GatewayAnswer | string> {
  try {
    const response = await fetch(url, {
      ...init,
      ...headersOf(init),
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: parseJson(text) };
  } catch (error) {
    if (!(error instanceof Error)) return 'unknown';
    if (error.name === 'TimeoutError') return `nothing within ${timeoutMs} ms`;
    return error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : error.name;
  }
}

/** The headers of a call, with those of the trace that it belongs to. */
function headersOf({ headers }: RequestInit): Pick<RequestInit, 'headers'> {
  const further = requestHeaders.getStore();
  return further ? { headers: [...new Headers(headers), ...Object.entries(further)] } : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
