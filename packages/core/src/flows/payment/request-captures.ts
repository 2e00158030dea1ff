import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import { readOpenGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';
import type { Payment } from '../../payment/payment.ts';
import { readOrderIdsOfPayments } from '../../payment/payment-repository.ts';
import { openVoidOf } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** Money to take of what was authorized: `amount` in minor units, all of it unless said. What is left is let go of. */
export type RequestCaptureCommand = { paymentId: string; amount?: number | undefined };

/**
 * Has the gateway take money that it has authorized. It is asked after the commit; the payment is CAPTURED by its word.
 * @returns the payment, still AUTHORIZED · refusals: payment_not_found, invalid_transition, capture_in_progress,
 * capture_exceeds_authorized
 */
export async function requestCaptures(
  tx: Transaction,
  commands: readonly RequestCaptureCommand[],
): Promise<Outcome<Payment>[]> {
  await tx.began;
  const paymentIds = commands.map(({ paymentId }) => paymentId);
  const orderIds = await readOrderIdsOfPayments(tx, paymentIds);
  const work = await UnitOfWork.lock(tx, orderIds.values(), { money: true });
  const capturing = new Set((await readOpenGatewayCalls(tx, paymentIds, 'CAPTURE')).map(({ paymentId }) => paymentId));
  const outcomes = commands.map(({ paymentId, amount }): Outcome<Payment> => {
    const unit = work.units.get(orderIds.get(paymentId) ?? '');
    const payment = unit?.payments.find(({ id }) => id === paymentId);
    if (!unit || !payment) return refused(new CommerceError('payment_not_found', 'no such payment'));
    const { authorizedAmount, currency } = payment;
    // Of an order without cost there is nothing to take.
    const isCapturable = payment.status === 'AUTHORIZED' && authorizedAmount > 0 && !openVoidOf(unit, payment);
    if (!isCapturable) return refused(invalidTransition('payment', payment.status, 'CAPTURED'));
    if (capturing.has(paymentId))
      return refused(new CommerceError('capture_in_progress', 'this payment is just being captured'));
    if (amount !== undefined && amount > authorizedAmount) {
      return refused(
        new CommerceError('capture_exceeds_authorized', 'no more can be captured than was authorized', {
          authorizedAmount,
          currency,
        }),
      );
    }
    capturing.add(paymentId);
    work.callGateway(payment, { kind: 'CAPTURE', amount: amount ?? authorizedAmount });
    return accepted(payment);
  });
  work.write();
  return outcomes;
}
