import {
  CommerceError,
  type Call,
  type Commerce,
  type PlacedOrder,
  type PlaceGuestOrderInput,
} from '@commerce-core/core';
import { guestTokens, type GuestAccess } from '../auth/guest-token.ts';
import { rateLimit } from '../http/rate-limit.ts';
import { invalidHeader } from '../trpc/idempotency.ts';

export type GuestOrderOptions = {
  /** Sign the tokens of guests' orders: the first one is the current one, the others are being rotated out. */
  secrets: readonly string[];
  /** How long a token is valid. Defaults to 30 days. */
  accessMs?: number | undefined;
  /** Calls per minute and process of one address: orders of a network, and renewals for an e-mail address. */
  callsPerAddressMax?: number | undefined;
  /** Orders, and renewals, per minute and process in all. */
  callsInAllMax?: number | undefined;
  /** The header in which a proxy gives the client's address; the last address in it counts. Defaults to none. */
  addressHeader?: string | undefined;
};

export const guestOrderDefaults = { accessMs: 30 * 24 * 60 * 60_000, callsPerAddressMax: 20, callsInAllMax: 600 };

/** A new order of a guest with the token that opens it. */
export type GuestOrder = PlacedOrder & GuestAccess;

/** Which orders to open again: those with this e-mail address, by id, number or reference. */
export type Renewal = {
  email: string;
  orderId?: string | undefined;
  number?: string | undefined;
  reference?: string | undefined;
};

export type GuestOrders = {
  addressHeader: string | undefined;
  /** Returns the order's id of a valid token. */
  verify: (token: string) => string | undefined;
  /**
   * Places the order of a caller without a token, who comes from `network`.
   * @throws rate_limited when the network, or all callers together, send too many orders
   * @throws what `placeGuestOrder` throws
   */
  place: (
    commerce: Commerce,
    network: string,
    order: Omit<PlaceGuestOrderInput, 'origin'>,
    call: Call,
  ) => Promise<GuestOrder>;
  /**
   * Makes new tokens for the orders of a guest.
   * @throws rate_limited when there are too many renewals for this e-mail address, or in all
   */
  renew: (commerce: Commerce, renewal: Renewal) => Promise<({ orderId: string } & GuestAccess)[]>;
};

// A key that another caller could guess would hand out the answer: the order with its token. A UUID has 36 characters.
const keyLengthMin = 20;

/** Returns what the procedures need for guests: the makers of tokens, and the limits of calls. */
export function createGuestOrders({
  secrets,
  accessMs = guestOrderDefaults.accessMs,
  callsPerAddressMax = guestOrderDefaults.callsPerAddressMax,
  callsInAllMax = guestOrderDefaults.callsInAllMax,
  addressHeader,
}: GuestOrderOptions): GuestOrders {
  const tokens = guestTokens({ secrets, accessMs });
  const limits = { perKeyMax: callsPerAddressMax, inAllMax: callsInAllMax };
  const orderLimit = rateLimit(limits);
  const renewalLimit = rateLimit(limits);
  return {
    addressHeader,
    verify: tokens.verify,
    async place(commerce, network, order, call) {
      const { key } = call.idempotency ?? {};
      if (key !== undefined && key.length < keyLengthMin)
        throw invalidHeader(`of a call without a token must have at least ${keyLengthMin} characters that are random`);
      refuseBeyond(await orderLimit(network));
      const placed = await commerce.placeGuestOrder({ ...order, origin: tokens.originOf(network) }, call);
      // The token is no part of the answer that is stored with the key: a repeated call gets a new one.
      return { ...placed, ...tokens.issue(placed.id) };
    },
    async renew(commerce, renewal) {
      refuseBeyond(await renewalLimit(renewal.email.toLowerCase()));
      const orderIds = await commerce.findGuestOrders(renewal);
      return orderIds.map((orderId) => ({ orderId, ...tokens.issue(orderId) }));
    },
  };
}

function refuseBeyond(retryAfterS: number | undefined): void {
  if (retryAfterS === undefined) return;
  throw new CommerceError('rate_limited', 'too many calls; nothing was done', { retryAfterS });
}
