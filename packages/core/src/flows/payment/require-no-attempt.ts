import { CommerceError } from '../../errors.ts';
import { isLive } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';

/**
 * Refuses to change what an order costs while a new attempt asks for it, after the order has lost its authorization.
 * @throws payment_in_progress when an attempt is live
 */
export function requireNoAttempt({ payments }: LockedOrder): void {
  if (payments.some(isLive))
    throw new CommerceError('payment_in_progress', 'a new attempt to pay this order is in progress');
}
