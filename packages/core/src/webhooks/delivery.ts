/** A delivery that failed is RETRYING until it succeeds, or until it is PARKED for an operator. */
export const deliveryStatuses = ['RETRYING', 'PARKED'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** What became of one attempt: after FAILED comes another one, PARKED was the last. */
export const attemptStatuses = ['DELIVERED', 'FAILED', 'PARKED'] as const;
export type AttemptStatus = (typeof attemptStatuses)[number];

/** An event whose delivery to an endpoint failed. */
export type Delivery = {
  endpointId: string;
  position: number;
  eventId: string;
  aggregateId: string;
  version: number;
  type: string;
  status: DeliveryStatus;
  /** Whether the later events of its aggregate wait for it. A delivery that was redriven holds none. */
  holds: boolean;
  /** Of a PARKED one: whether a later event of its aggregate was delivered, which named it. */
  announced: boolean;
  attempts: number;
  dueAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

/** One attempt to deliver an event, or a list of events, to an endpoint. */
export type Attempt = {
  id: string;
  endpointId: string;
  /** Position, id and facts of the event; of a list, those of its first event. */
  position: number;
  eventId: string;
  type: string;
  aggregateId: string;
  version: number;
  /** How many events the request had. */
  events: number;
  attempt: number;
  status: AttemptStatus;
  statusCode: number | null;
  failure: string | null;
  durationMs: number;
  /** The first 1 KiB of the answer. */
  answer: string;
  nextAttemptAt: Date | null;
  createdAt: Date;
};

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** The pauses after each failed attempt, unless the shop has others. */
export const retryPausesMs = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
] as const;

/** The longest Retry-After that is honoured. */
export const retryAfterMaxMs = 24 * hourMs;

/**
 * How long to wait after a failed attempt: the pause of the schedule ± 20 %, or the receiver's Retry-After if that is
 * longer. After the attempt that follows the last pause, a delivery is PARKED.
 * @param attempts attempts so far, 1 or more
 * @param random a number from 0 to 1
 * @param pausesMs the schedule: the pause after each attempt
 * @returns undefined after the last attempt
 */
export function retryPauseMs(
  attempts: number,
  retryAfterMs: number | undefined,
  random: number,
  pausesMs: readonly number[] = retryPausesMs,
): number | undefined {
  const pauseMs = pausesMs[attempts - 1];
  if (pauseMs === undefined) return undefined;
  return Math.max(Math.round(pauseMs * (0.8 + 0.4 * random)), Math.min(retryAfterMs ?? 0, retryAfterMaxMs));
}

/** The milliseconds of a header Retry-After, which has seconds or a date; undefined when it has neither. */
export function parseRetryAfter(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * secondMs;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(date - now.getTime(), 0);
}

export const isDelivered = ({ statusCode, failure }: { statusCode: number | null; failure: string | null }): boolean =>
  failure === null && statusCode !== null && statusCode >= 200 && statusCode < 300;

/** The request limit after an answer: a success raises it by one, 429 or a timeout halves it. */
export function nextInFlight(
  limit: number,
  inFlightMax: number,
  answer: { statusCode: number | null; failure: string | null },
): number {
  if (answer.statusCode === 429 || answer.failure === 'timeout') return Math.max(Math.floor(limit / 2), 1);
  return isDelivered(answer) ? Math.min(limit + 1, inFlightMax) : limit;
}
