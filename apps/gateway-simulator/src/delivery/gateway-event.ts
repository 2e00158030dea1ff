import type { ChangeType } from '../bank/change.ts';

/** One attempt to deliver an event to the shop. `outcome` and `duplicate` come from the shop's JSON response. */
export type Attempt = {
  at: string;
  durationMs: number;
  status: number | null;
  outcome: string | null;
  duplicate: boolean | null;
  error: string | null;
};

/**
 * DELIVERED: the shop accepted a delivery with a 2xx status. GIVEN_UP: the shop accepted none of the deliveries.
 * DROPPED: the hostile mode's fault `dropped`, so the event was never sent.
 */
export type EventState = 'PENDING' | 'DELIVERED' | 'GIVEN_UP' | 'DROPPED';

/** An event that the gateway sends to the shop after a change. */
export type GatewayEvent = {
  /** The same for all deliveries of the event: the shop's providerEventId. */
  id: string;
  type: ChangeType;
  amount: number;
  currency: string;
  failureCode: string | null;
  createdAt: string;
  state: EventState;
  attempts: Attempt[];
  /** How many earlier attempts are no longer listed. */
  attemptsForgotten: number;
};
