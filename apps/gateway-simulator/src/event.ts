import type { ChangeType } from './bank.ts';

/** One attempt to hand an event to the shop. `outcome` is what the shop said of it, when it said so in JSON. */
export type Attempt = {
  at: string;
  durationMs: number;
  status: number | null;
  outcome: string | null;
  duplicate: boolean | null;
  error: string | null;
};

/**
 * PENDING until the shop took one delivery (a 2xx), or all of them were given up. DROPPED ones were never sent: the
 * hostile mode lost them.
 */
export type EventState = 'PENDING' | 'DELIVERED' | 'GIVEN_UP' | 'DROPPED';

/** What the shop is told of a change. */
export type GatewayEvent = {
  /** The same over all its deliveries: the shop's providerEventId. */
  id: string;
  type: ChangeType;
  amount: number;
  currency: string;
  failureCode: string | null;
  createdAt: string;
  state: EventState;
  attempts: Attempt[];
  /** Attempts that were made but are no longer listed. */
  attemptsForgotten: number;
};
