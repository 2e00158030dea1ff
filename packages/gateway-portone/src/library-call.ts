import { PaymentError } from '@portone/server-sdk/payment';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallPolicy } from '@commerce-core/core/gateway';
import { errorTypeOf, refusalOf } from './answers.ts';

/**
 * Calls PortOne's library, which has no time-out and doesn't return the HTTP status of an answer.
 *
 * A try that times out isn't aborted: the library (0.19) calls the global `fetch` and takes neither a signal nor
 * another `fetch`. Such a request ends by Node's own time-out after 300 s without a byte, and the next try may overlap
 * with it. So only calls that may overlap are made this way: queries, a pre-registration of the same amount, and
 * closing an account. The call that moves money goes through `callGateway`, which aborts.
 * @throws GatewayRefusal when PortOne has decided against the call
 * @throws Error when the outcome is unknown
 */
export async function callLibrary(call: () => Promise<unknown>, { timeoutMs, triesMax }: CallPolicy): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await withTimeout(timeoutMs, call());
    } catch (error) {
      const data: unknown = error instanceof PaymentError ? error.data : undefined;
      const refusal = refusalOf(data);
      if (refusal) throw refusal;
      if (configurationErrors.includes(errorTypeOf(data)) || tries >= triesMax) {
        throw new Error(`PortOne gave no usable answer: ${data ? errorTypeOf(data) : nameOf(error)}`);
      }
    }
    await sleep(100 * 2 ** tries * (0.5 + Math.random() / 2));
  }
}

/** A repeated call would fail in the same way. */
const configurationErrors: readonly string[] = ['UNAUTHORIZED', 'FORBIDDEN'];

async function withTimeout<T>(ms: number, answer: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`nothing within ${ms} ms`)), ms);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : error.message.slice(0, 100);
}
