/**
 * How far a gateway's own list of events has been gone through. Webhooks get lost, and gateways give them up after a while:
 * what they list is all that is left of those.
 */
export type GatewayListing = {
  provider: string;
  /** All that the gateway had listed by then is in the inbox, without a gap. It never goes back. */
  listedUntil: Date;
  /** Times it was begun since it last succeeded. */
  attempts: number;
  /** When it is listed next; while one process does it, the end of that one's lease. */
  dueAt: Date;
};

/**
 * How long one process may take for a listing before another one begins it, too: after an outage of days it is hundreds of
 * pages, and each of their events a transaction. What was listed counts all the same, so that one which takes still longer
 * gets ahead.
 */
export const listingLeaseMs = 5 * 60_000;

/**
 * How far before the mark a listing begins. The mark is our clock's, the events' times are the gateway's, and some appear in
 * its list only a while after their time. What is listed twice costs a look into the inbox, which knows it.
 */
const overlapMs = 15 * 60_000;

const firstRetryMs = 30_000;

/** From when on to list. */
export const listedSince = ({ listedUntil }: Pick<GatewayListing, 'listedUntil'>): Date =>
  new Date(listedUntil.getTime() - overlapMs);

/** A listing that was begun at `began` and has brought all of its events into the inbox. */
export const listingCompleted = (listing: GatewayListing, began: Date, everyMs: number, now: Date): GatewayListing => ({
  ...listing,
  listedUntil: began,
  attempts: 0,
  dueAt: new Date(now.getTime() + everyMs),
});

/** One that failed, wherever: the mark stays, and it is tried again after 30 s, doubling up to the usual pause. */
export const listingFailed = (listing: GatewayListing, everyMs: number, now: Date): GatewayListing => ({
  ...listing,
  dueAt: new Date(now.getTime() + Math.min(firstRetryMs * 2 ** Math.min(listing.attempts - 1, 20), everyMs)),
});
