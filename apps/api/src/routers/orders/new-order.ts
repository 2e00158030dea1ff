import {
  alreadyChecked,
  CommerceError,
  newCustomerId,
  type PlacedOrder,
  type PlaceOrderInput,
} from '@commerce-core/core';
import { ownOrders } from '../../auth/access.ts';
import { unauthenticated, type Caller } from '../../auth/caller.ts';
import type { GuestAccess } from '../../auth/guest-token.ts';
import type { Context } from '../../trpc/trpc.ts';

/** An order as `order.create` has checked it. */
type NewOrder = Omit<PlaceOrderInput, 'customerId'>;

/**
 * Places the order of any caller who may order. The order of a guest has the token that opens it.
 * @param given the customer that the caller has named
 */
export async function placeNewOrder(
  ctx: Context,
  given: string | undefined,
  order: NewOrder,
): Promise<PlacedOrder & Partial<GuestAccess>> {
  if (ctx.caller.kind === 'anonymous') return placeAsGuest(ctx, given, order);
  return ctx.commerce.placeOrder(alreadyChecked({ customerId: customerOf(ctx.caller, given), ...order }), ctx.call);
}

/** @throws validation_failed when the guest names a customer */
async function placeAsGuest(
  { commerce, call, guests, network }: Context,
  given: string | undefined,
  order: NewOrder,
): Promise<PlacedOrder & GuestAccess> {
  if (given !== undefined)
    throw invalidField('customerId', 'an order without an account has no customer; leave this out');
  // The table of rights lets a caller without a token come here only when there are guests.
  if (!guests) throw unauthenticated('this needs an Authorization header with a bearer token');
  return guests.place(commerce, network?.() ?? '', order, call);
}

/**
 * The customer of a new order: a customer who calls, or the one that an operator names.
 * @throws validation_failed when a customer names one, or an operator does not, or it is an e-mail address
 */
function customerOf(caller: Caller, given: string | undefined): string {
  const { customerId: own } = ownOrders(caller);
  if (own !== undefined && given !== undefined)
    throw invalidField('customerId', 'a customer orders only for themselves; leave this out');
  const customer = own ?? given;
  if (customer === undefined) throw invalidField('customerId', 'an operator has to name the customer of the order');
  // A customer's own id comes from the token, which no schema of this procedure has read.
  const { error } = newCustomerId.safeParse(customer);
  if (error) throw invalidField('customerId', error.issues[0]?.message ?? 'is not valid');
  return customer;
}

/** The error for a field that this caller may not give, or has to. */
export const invalidField = (path: string, message: string) =>
  new CommerceError('validation_failed', `${path}: ${message}`, { issues: [{ path, message }] });
