import type { Order } from './order.ts';

/** Bounds of guests' orders, so that a program without an account can't reserve all of the stock. */
export type GuestLimits = {
  /** Unpaid orders of guests at once, in all. */
  unpaidMax: number;
  /** Unpaid orders at once of one address, which may be that of a whole company. */
  unpaidPerOriginMax: number;
  /** Units of one order. */
  unitsMax: number;
};

/** The limits of a shop without its own. */
export const guestLimitsDefault: GuestLimits = { unpaidMax: 500, unpaidPerOriginMax: 10, unitsMax: 50 };

/** A guest has no account: their customer id names the one order that they have placed. */
export const guestIdOf = (orderId: string): string => `guest:${orderId}`;

// Only ids of this shop's kind (UUID v7): a shop may have given its own guests ids with another version.
const guestId = /^guest:[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/i;

/** Whether a customer id can be that of a guest. No account may have such an id, or it would own the guest's order. */
export const isGuestId = (customerId: string): boolean => guestId.test(customerId);

/** Whether an order is a guest's: the one that the guest has placed, or one in exchange for its goods. */
export const isGuestOrder = ({ customerId }: Pick<Order, 'customerId'>): boolean => isGuestId(customerId);

/**
 * Whether a caller may use an order: every operator (`customerId` is undefined), and the customer who placed it. A
 * guest's order whose contact was erased belongs to no customer any more, so that an access token that is still around
 * opens nothing.
 */
export function belongsTo(
  order: Pick<Order, 'id' | 'customerId' | 'contact'>,
  customerId: string | undefined,
): boolean {
  if (customerId === undefined) return true;
  if (order.customerId !== customerId) return false;
  return order.contact !== null || !isGuestOrder(order);
}
