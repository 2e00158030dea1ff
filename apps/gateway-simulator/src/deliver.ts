import type { Message } from './dialect.ts';
import type { Attempt } from './event.ts';
import type { Pauses } from './pauses.ts';

export type DeliveryPolicy = {
  /** A delivery that has no answer after this long has failed. */
  timeoutMs: number;
  attemptsMax: number;
  /** The wait before the second attempt; it doubles each time, up to `backoffMaxMs`, less up to a half by chance. */
  backoffMs: number;
  backoffMaxMs: number;
};

// The shop's answer is a line of JSON. More than this isn't read.
const ANSWER_BYTES_MAX = 65_536;

/** Whose webhooks go where, and how they are signed at the moment of sending. */
export type Addressee = { webhookUrl: string; headers: (message: Message, at: Date) => Record<string, string> };

/**
 * Hands one message to the shop until it is taken (2xx), the attempts are used up, or `pauses` were stopped. An attempt
 * that has begun is always finished.
 * @returns whether it was taken
 */
export async function deliver(
  to: Addressee,
  message: Message,
  policy: DeliveryPolicy,
  pauses: Pauses,
  noteAttempt: (attempt: Attempt) => void = () => {},
): Promise<boolean> {
  for (let number = 1; number <= policy.attemptsMax && !pauses.isStopped(); number += 1) {
    const attempt = await post(to, message, policy.timeoutMs);
    noteAttempt(attempt);
    if (taken(attempt)) return true;
    if (number < policy.attemptsMax) await pauses.wait(backoff(number, policy));
  }
  return false;
}

/** Whether the shop took the event: any 2xx, as it says so of events that it can't use, too. */
export function taken({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

function backoff(attempts: number, policy: DeliveryPolicy): number {
  const full = Math.min(policy.backoffMaxMs, policy.backoffMs * 2 ** (attempts - 1));
  return full * (0.5 + Math.random() / 2);
}

async function post({ webhookUrl, headers }: Addressee, message: Message, timeoutMs: number): Promise<Attempt> {
  const at = new Date();
  const done = (rest: Pick<Attempt, 'status' | 'error'> & Partial<Attempt>): Attempt => ({
    at: at.toISOString(),
    durationMs: Date.now() - at.getTime(),
    outcome: null,
    duplicate: null,
    ...rest,
  });
  try {
    const response = await fetch(webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers(message, at) },
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
