import type { Bank } from './bank.ts';
import type { FaultKind, Hostile } from './hostile.ts';

/** What the hostile mode has in mind for one call of an API. */
export type CallFate = {
  latencyMs: number;
  /** Instead of doing it. */
  before: 'rate_limited' | 'error_before' | 'silence_before' | undefined;
  /** Once it is done, instead of the answer. */
  after: 'error_after' | 'dropped_after' | 'silence_after' | undefined;
  /** Whether its webhooks come before its answer. */
  eventFirst: boolean;
};

/** Draws what befalls a call: by its payment, what is called, and which time it is. */
export function callFate(hostile: Hostile, bank: Bank, provider: string, request: Request, body: string): CallFate {
  const isSpared = request.method === 'GET' && hostile.settings()?.reads === false;
  if (!hostile.isOn() || isSpared) return { latencyMs: 0, before: undefined, after: undefined, eventFirst: false };
  const { pathname } = new URL(request.url);
  const payment = `${pathname} ${body}`
    .split(/[^\w-]+/)
    .map((word) => bank.find(word, provider))
    .find((found) => found);
  const called = pathname
    .split('/')
    .filter((part) => /^[a-z_]+$/.test(part))
    .join('/');
  const call = `${provider} ${payment?.luck ?? 'new'} ${request.method} ${called}`;
  const key = `${call} ${hostile.nth(call)}`;
  const first = <K extends FaultKind>(faults: readonly K[]): K | undefined =>
    faults.find((fault) => hostile.strikes(fault, key));
  const settings = hostile.settings();
  return {
    latencyMs: first(['latency']) ? (settings?.latencyMs ?? 0) * (0.1 + 0.9 * hostile.fraction('latency ms', key)) : 0,
    before: first(['rate_limited', 'error_before', 'silence_before']),
    after: first(['error_after', 'dropped_after', 'silence_after']),
    eventFirst: first(['event_before_answer']) !== undefined,
  };
}
