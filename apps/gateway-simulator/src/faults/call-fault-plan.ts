import type { Bank } from '../bank/bank.ts';
import type { FaultKind } from './fault-kinds.ts';
import type { HostileMode } from './hostile-mode.ts';

/** The faults of one call of an API. */
export type CallFaultPlan = {
  latencyMs: number;
  /** Happens instead of the call. */
  before: 'rate_limited' | 'error_before' | 'silence_before' | undefined;
  /** Happens after the call has taken effect, instead of its response. */
  after: 'error_after' | 'dropped_after' | 'silence_after' | undefined;
  /** Whether the call's webhooks are sent before its response. */
  webhookFirst: boolean;
};

/**
 * Draws the faults of a call by its payment, its path and how often that path was called for the payment.
 *
 * @param body the request's body, searched for the payment's id
 */
export function planCallFaults(
  hostile: HostileMode,
  bank: Bank,
  provider: string,
  request: Request,
  body: string,
): CallFaultPlan {
  const { settings } = hostile;
  const isExemptRead = request.method === 'GET' && settings?.reads === false;
  if (!settings || isExemptRead) return { latencyMs: 0, before: undefined, after: undefined, webhookFirst: false };
  const { pathname } = new URL(request.url);
  const payment = `${pathname} ${body}`
    .split(/[^\w-]+/)
    .map((word) => bank.find(word, provider))
    .find((found) => found);
  // The path without ids, which differ from run to run.
  const operation = pathname
    .split('/')
    .filter((part) => /^[a-z_]+$/.test(part))
    .join('/');
  const call = `${provider} ${payment?.faultKey ?? 'new'} ${request.method} ${operation}`;
  const key = `${call} ${hostile.nextOccurrence(call)}`;
  const firstOf = <K extends FaultKind>(faults: readonly K[]): K | undefined =>
    faults.find((fault) => hostile.happens(fault, key));
  return {
    latencyMs: firstOf(['latency']) ? settings.latencyMs * (0.1 + 0.9 * hostile.draw('latency ms', key)) : 0,
    before: firstOf(['rate_limited', 'error_before', 'silence_before']),
    after: firstOf(['error_after', 'dropped_after', 'silence_after']),
    webhookFirst: firstOf(['event_before_answer']) !== undefined,
  };
}
