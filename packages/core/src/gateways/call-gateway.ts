import { setTimeout as sleep } from 'node:timers/promises';

export type CallPolicy = {
  /** One try is given up after this long. */
  timeoutMs: number;
  /** Tries in all. More patience is the caller's: a call that stays unanswered is made again by a loop. */
  triesMax: number;
};

export const callPolicy: CallPolicy = { timeoutMs: 10_000, triesMax: 3 };

/** An answer of a gateway: its status, and its body as JSON (undefined when it is none). */
export type GatewayAnswer = { status: number; body: any };

/**
 * Calls a gateway's HTTP API. Repeats, after a short pause, what got no answer, a 429 or a 5xx: so the request must be
 * one that may come twice.
 * @throws Error without headers or bodies in it when no try was answered below 500
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

async function tryOnce(url: string, init: RequestInit, timeoutMs: number): Promise<GatewayAnswer | string> {
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    return { status: response.status, body: parseJson(text) };
  } catch (error) {
    if (!(error instanceof Error)) return 'unknown';
    if (error.name === 'TimeoutError') return `nothing within ${timeoutMs} ms`;
    return error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : error.name;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
