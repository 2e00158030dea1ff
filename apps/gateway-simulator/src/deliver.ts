import { setTimeout as sleep } from 'node:timers/promises';
import type { Attempt } from './payment.ts';

export type DeliveryPolicy = {
  /** A delivery that has no answer after this long has failed. */
  timeoutMs: number;
  attemptsMax: number;
  /** The wait before the second attempt; it doubles each time, up to `backoffMaxMs`, less up to a half by chance. */
  backoffMs: number;
  backoffMaxMs: number;
};

export type Message = { headers: Record<string, string>; body: string };

// The shop's answer is a line of JSON. More than this isn't read.
const ANSWER_BYTES_MAX = 65_536;

/**
 * Hands one message to `url` until it is taken (2xx), the attempts are used up, or `stopping` says that no new attempt
 * may begin. An attempt that has begun is always finished. Every attempt asks `message` again, as its signature holds
 * the time of sending.
 */
export async function deliver(
  url: string,
  message: () => Message,
  policy: DeliveryPolicy,
  stopping: AbortSignal,
  noteAttempt: (attempt: Attempt) => void,
): Promise<void> {
  for (let number = 1; number <= policy.attemptsMax && !stopping.aborted; number += 1) {
    const attempt = await post(url, message(), policy.timeoutMs);
    noteAttempt(attempt);
    if (taken(attempt)) return;
    if (number < policy.attemptsMax) await pause(backoff(number, policy), stopping);
  }
}

/** Whether the shop took the event: any 2xx, as it says so of events that it can't use, too. */
export function taken({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Resolves after `ms`, or as soon as `stopping` is aborted. */
export async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stopping }).catch(() => undefined);
}

function backoff(attempts: number, policy: DeliveryPolicy): number {
  const full = Math.min(policy.backoffMaxMs, policy.backoffMs * 2 ** (attempts - 1));
  return full * (0.5 + Math.random() / 2);
}

async function post(url: string, message: Message, timeoutMs: number): Promise<Attempt> {
  const at = new Date();
  const done = (rest: Pick<Attempt, 'status' | 'error'> & Partial<Attempt>): Attempt => ({
    at: at.toISOString(),
    durationMs: Date.now() - at.getTime(),
    outcome: null,
    duplicate: null,
    ...rest,
  });
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...message.headers },
      body: message.body,
      // A gateway posts to the address that it was given; following would repeat the POST as a GET.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return done({ status: response.status, error: null, ...said(await readSome(response)) });
  } catch (error) {
    return done({ status: null, error: reason(error, timeoutMs) });
  }
}

async function readSome(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) return '';
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function said(text: string): Pick<Attempt, 'outcome' | 'duplicate'> {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null) return { outcome: null, duplicate: null };
    const { outcome, duplicate } = answer as { outcome?: unknown; duplicate?: unknown };
    return {
      outcome: typeof outcome === 'string' ? outcome.slice(0, 100) : null,
      duplicate: typeof duplicate === 'boolean' ? duplicate : null,
    };
  } catch {
    return { outcome: null, duplicate: null };
  }
}

function reason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  // fetch says "fetch failed"; what failed is in the cause.
  const cause = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : error.message;
  return cause.slice(0, 200);
}
