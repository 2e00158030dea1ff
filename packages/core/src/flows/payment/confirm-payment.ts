import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { readOrderIdsOfPayments } from '../../payment/payment-repository.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { ownUnit } from '../order/own-unit.ts';

/** A payment to confirm; with `customerId` only that customer's. */
type Confirmation = { paymentId: string; customerId?: string | undefined };

/**
 * Whether a payment may be confirmed at its gateway now; one that has come already may, and nothing happens.
 * @returns its id · refusals: payment_not_found, unsupported_by_provider, invalid_transition (it failed, or nobody waits for it)
 */
export async function confirmable(
  tx: Transaction,
  { paymentId, customerId }: Confirmation,
  gateways: ReadonlyMap<string, Gateway>,
): Promise<Outcome<string>> {
  await tx.began;
  const orderId = (await readOrderIdsOfPayments(tx, [paymentId])).get(paymentId) ?? '';
  const work = await UnitOfWork.lock(tx, orderId ? [orderId] : []);
  const payment = ownUnit(work, { orderId, customerId })?.payments.find(({ id }) => id === paymentId);
  if (!payment) return refused(new CommerceError('payment_not_found', 'no such payment'));
  if (!gateways.get(payment.provider)?.confirm) {
    return refused(new CommerceError('unsupported_by_provider', 'payments of this provider need no confirmation'));
  }
  if (payment.status === 'FAILED' || payment.status === 'CANCELED' || payment.surplus) {
    return refused(invalidTransition('payment', payment.status, 'CAPTURED'));
  }
  return accepted(paymentId);
}
