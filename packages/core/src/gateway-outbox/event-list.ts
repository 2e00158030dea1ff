/**
 * How far a gateway's own list of events has been read. Webhooks get lost, and gateways stop repeating them after a
 * while: then this list is the only trace of them.
 */
export type GatewayListing = {
  provider: string;
  /** Every event that the gateway had listed by then is in the inbox. It never moves back. */
  listedUntil: Date;
  /** How often the list was claimed since it was last read to its end. */
  attempts: number;
  /** When the list is read next; while a worker reads it, the end of that worker's lease. */
  dueAt: Date;
};

/**
 * How far before `listedUntil` reading begins. `listedUntil` is this shop's clock, an event's time is the gateway's,
 * and some events are listed only a while after their time. An event that is listed twice costs one look-up in the
 * inbox.
 */
const overlapMs = 15 * 60_000;

/** The pause after the first failure; later pauses end at the usual pause between two readings. */
export const listingRetryFirstMs = 30_000;

/** The time from which a list is read. */
export const listedSince = ({ listedUntil }: Pick<GatewayListing, 'listedUntil'>): Date =>
  new Date(listedUntil.getTime() - overlapMs);

/** The listing after a reading that began at `began` and stored all of its events. */
export const listingCompleted = (listing: GatewayListing, began: Date, everyMs: number, now: Date): GatewayListing => ({
  ...listing,
  listedUntil: began,
  attempts: 0,
  dueAt: new Date(now.getTime() + everyMs),
});
