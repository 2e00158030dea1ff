import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locatePayment } from './locate-payment.ts';

/** A payment to confirm. With `customerId`, only a payment of that customer. */
type Confirmation = { paymentId: string; customerId?: string | undefined };

/**
 * Checks that a payment can be confirmed at its gateway now. An approved payment passes too; its confirmation changes
 * nothing.
 * @returns the payment's id · refusals: payment_not_found, unsupported_by_provider, invalid_transition (the payment
 * FAILED, was CANCELED or is surplus)
 */
export async function confirmable(
  tx: Transaction,
  confirmation: Confirmation,
  gateways: ReadonlyMap<string, Gateway>,
): Promise<Outcome<string>> {
  const work = await UnitOfWork.lock(tx, { paymentIds: [confirmation.paymentId] });
  const located = locatePayment(work, confirmation);
  if (!located.ok) return located;
  const { payment } = located.value;
  if (!gateways.get(payment.provider)?.confirm) {
    return refused(new CommerceError('unsupported_by_provider', 'payments of this provider need no confirmation'));
  }
  if (payment.status === 'FAILED' || payment.status === 'CANCELED' || payment.surplus) {
    return refused(invalidTransition('payment', payment.status, 'CAPTURED'));
  }
  return accepted(payment.id);
}
