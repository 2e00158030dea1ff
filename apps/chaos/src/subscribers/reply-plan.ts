import type { Chance } from '../chance.ts';

/** What an endpoint does wrong, and the share of requests that get it. */
const rates = {
  webhook_server_error: 0.03,
  webhook_rate_limited: 0.006,
  webhook_hangs: 0.004,
  webhook_answer_never_ends: 0.004,
  webhook_redirected: 0.01,
  webhook_slow: 0.03,
  webhook_connection_closed: 0.015,
  webhook_receiver_down: 0.002,
} as const;

export type ReplyFault = keyof typeof rates | 'webhook_refused_always';

export const replyFaults = [...(Object.keys(rates) as (keyof typeof rates)[]), 'webhook_refused_always'] as const;

/** The share of events that are refused until the shop gives them up. */
const refusedShare = 0.006;

/**
 * Creates a function that draws what an endpoint does wrong about its next request; undefined means that it
 * acknowledges. The decisions come from the seed, in the order of requests.
 */
export function createReplyPlan(chance: Chance): (messageId: string) => ReplyFault | undefined {
  const refused = new Map<string, boolean>();
  let requests = 0;
  return (messageId) => {
    requests += 1;
    const isRefused = refused.get(messageId) ?? chance.whether(`webhook refused ${refused.size}`, refusedShare);
    refused.set(messageId, isRefused);
    if (isRefused) return 'webhook_refused_always';
    let left = chance.fraction(`webhook reply ${requests}`);
    return (Object.keys(rates) as (keyof typeof rates)[]).find((fault) => (left -= rates[fault]) < 0);
  };
}
