import { z } from 'zod';
import type { Webhook } from '../emulators/emulator.ts';
import type { Attempt } from './gateway-event.ts';
import type { Pauses } from './pauses.ts';

export type DeliveryPolicy = {
  /** An attempt fails when it has no response after this many milliseconds. */
  timeoutMs: number;
  attemptsMax: number;
  /**
   * The pause before the second attempt. It doubles each time, up to `backoffMaxMs`; up to half is cut off at random.
   */
  backoffMs: number;
  backoffMaxMs: number;
};

// The shop's response is a line of JSON. A longer response is not read.
const RESPONSE_BYTES_MAX = 65_536;

/** The shop's webhook address, and the headers of a delivery, signed at the moment of sending. */
export type DeliveryTarget = { webhookUrl: string; headers: (webhook: Webhook, at: Date) => Record<string, string> };

/**
 * Posts a webhook until the shop accepts it, the attempts are used up, or `pauses` are stopped. An attempt that has
 * begun always finishes.
 *
 * @param noteAttempt called after each attempt
 * @returns whether the shop accepted the webhook
 */
export async function deliver(
  target: DeliveryTarget,
  webhook: Webhook,
  policy: DeliveryPolicy,
  pauses: Pauses,
  noteAttempt: (attempt: Attempt) => void = () => {},
): Promise<boolean> {
  for (let number = 1; number <= policy.attemptsMax && !pauses.isStopped(); number += 1) {
    const attempt = await post(target, webhook, policy.timeoutMs);
    noteAttempt(attempt);
    if (isAccepted(attempt)) return true;
    if (number < policy.attemptsMax) await pauses.wait(backoff(number, policy));
  }
  return false;
}

/** Returns whether the shop responded with a 2xx status. The shop also does so for events that it can't use. */
export function isAccepted({ status }: Attempt): boolean {
  return status !== null && status >= 200 && status < 300;
}

function backoff(attempts: number, policy: DeliveryPolicy): number {
  const full = Math.min(policy.backoffMaxMs, policy.backoffMs * 2 ** (attempts - 1));
  return full * (0.5 + Math.random() / 2);
}

async function post({ webhookUrl, headers }: DeliveryTarget, webhook: Webhook, timeoutMs: number): Promise<Attempt> {
  const at = new Date();
  const attempt = (rest: Pick<Attempt, 'status' | 'error'> & Partial<Attempt>): Attempt => ({
    at: at.toISOString(),
    durationMs: Date.now() - at.getTime(),
    outcome: null,
    duplicate: null,
    ...rest,
  });
  try {
    const response = await fetch(webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers(webhook, at) },
      body: webhook.body,
      // A gateway posts to the configured address. fetch would repeat a redirected POST as a GET.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return attempt({ status: response.status, error: null, ...outcomeIn(await readBounded(response)) });
  } catch (error) {
    return attempt({ status: null, error: reason(error, timeoutMs) });
  }
}

async function readBounded(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > RESPONSE_BYTES_MAX) return '';
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

const shopResponse = z.object({
  outcome: z
    .string()
    .transform((text) => text.slice(0, 100))
    .nullable()
    .catch(null),
  duplicate: z.boolean().nullable().catch(null),
});

function outcomeIn(text: string): Pick<Attempt, 'outcome' | 'duplicate'> {
  const unknown = { outcome: null, duplicate: null };
  try {
    return shopResponse.safeParse(JSON.parse(text)).data ?? unknown;
  } catch {
    return unknown;
  }
}

function reason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  // The message of fetch is always "fetch failed"; the cause names the failure.
  const cause = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : error.message;
  return cause.slice(0, 200);
}
