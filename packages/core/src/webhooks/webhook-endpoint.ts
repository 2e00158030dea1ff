/**
 * An ACTIVE endpoint gets its events. A PAUSED one waits for an operator, and a DISABLED one failed for too long or is
 * gone; both go on from their cursor when they are resumed.
 */
export const webhookEndpointStatuses = ['ACTIVE', 'PAUSED', 'DISABLED'] as const;
export type WebhookEndpointStatus = (typeof webhookEndpointStatuses)[number];

export const webhookEndpointTransitions = {
  ACTIVE: ['PAUSED', 'DISABLED'],
  PAUSED: ['ACTIVE'],
  DISABLED: ['ACTIVE'],
} as const satisfies Record<WebhookEndpointStatus, readonly WebhookEndpointStatus[]>;

export function canTransitionEndpoint(from: WebhookEndpointStatus, to: WebhookEndpointStatus): boolean {
  const allowed: readonly WebhookEndpointStatus[] = webhookEndpointTransitions[from];
  return allowed.includes(to);
}

/** Why an endpoint was disabled: it replied 410, or failed for `disabledAfterMs`. */
export const disabledReasons = ['gone', 'failing'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

/** A merchant's receiver of events, and how far it has got. */
export type WebhookEndpoint = {
  id: string;
  url: string;
  description: string | null;
  status: WebhookEndpointStatus;
  disabledReason: DisabledReason | null;
  /** The types of events that the endpoint gets; null for all. */
  types: string[] | null;
  /** The kinds of aggregates whose events the endpoint gets; null for all. */
  aggregateTypes: string[] | null;
  /** Events in one request at most. With 1, a request has one event; with more, a list. */
  batchMax: number;
  /** Requests at the same time at most. An endpoint with batches has one. */
  inFlightMax: number;
  /** When the last of the old secrets stops signing; null when there is one secret. */
  previousSecretUntil: Date | null;
  /** The first failure since the last success. */
  failingSince: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export const inFlightMaxDefault = 16;

/** How long both secrets sign after a rotation. */
export const rotationMs = 24 * 60 * 60_000;

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

/** After how long without a success a failing endpoint is reported. */
export const reportedAfterMs = [hourMs, dayMs, 3 * dayMs] as const;

/** After how long without a success an endpoint is disabled. */
export const disabledAfterMs = 5 * dayMs;

/**
 * What has to be done about an endpoint that fails: how many of its reports are due by now, and whether it is to be
 * disabled.
 */
export function failingState(failingSince: Date, now: Date): { level: number; isOver: boolean } {
  const failingMs = now.getTime() - failingSince.getTime();
  return { level: reportedAfterMs.filter((ms) => failingMs >= ms).length, isOver: failingMs >= disabledAfterMs };
}

/** How long a worker that died keeps an endpoint. Its successor takes over within this time and a look for due work. */
export const endpointLeaseMs = 6_000;

/** How often a worker renews its lease. */
export const renewEveryMs = 2_000;

/**
 * With so many aggregates that wait for a failing event, an endpoint's cursor stands still: a receiver that is down
 * gets no further events, and only those that failed are tried again.
 */
export const failingAggregatesMax = 100;

/** The name of the job that starts the deliveries of endpoints. */
export const deliverWebhooksJob = 'deliver_webhooks';
