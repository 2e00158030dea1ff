import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, refused, type Outcome } from '../../errors.ts';
import type { IdempotencyKey } from '../../idempotency/idempotency-key.ts';
import { readIdempotencyKeys } from '../../idempotency/idempotency-repository.ts';
import type { GuestLimits } from '../../order/guest.ts';
import { countOpenGuestOrders, insertOpenGuestOrders } from '../../order/open-guest-order-repository.ts';

/** An order that a guest is about to place. `origin` is a hash of the address that it comes from. */
export type GuestAdmission = { orderId: string; origin: string; key: IdempotencyKey | undefined };

/** A wait for a payment may last for days; a later try finds out whether something has changed. */
const retryAfterMaxS = 3_600;

/**
 * Counts an order among the unpaid ones of guests before it is placed, so that no two orders take the last place. A
 * call whose key is stored places no order, and needs no place.
 * @returns nothing · refusals: too_many_unpaid_orders
 */
export async function admitGuestOrder(
  tx: Transaction,
  { orderId, origin, key }: GuestAdmission,
  { unpaidMax, unpaidPerOriginMax }: GuestLimits,
): Promise<Outcome<undefined>> {
  const [open, stored] = await Promise.all([
    countOpenGuestOrders(tx, origin),
    key ? readIdempotencyKeys(tx, [key]) : [],
  ]);
  if (stored.length > 0) return accepted(undefined);
  if (open.ofOrigin >= unpaidPerOriginMax)
    return refused(tooMany('this address has too many unpaid orders', open.endOfOriginS));
  if (open.inAll >= unpaidMax) return refused(tooMany('the shop has too many unpaid orders of guests', open.endS));
  insertOpenGuestOrders(tx, [{ orderId, origin, createdAt: tx.now }]);
  return accepted(undefined);
}

function tooMany(message: string, endS: number): CommerceError {
  const retryAfterS = Math.min(Math.max(endS, 1), retryAfterMaxS);
  return new CommerceError('too_many_unpaid_orders', message, { retryAfterS });
}
