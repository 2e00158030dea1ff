import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import { amountRefusalOf } from '../../gateways/amount-rule.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { readOpenGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';
import { capturableAmount, type Payment } from '../../payment/payment.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { locatePayment } from './locate-payment.ts';

/**
 * An authorized payment to capture. `amount` is in minor units and defaults to all that the order still needs; the
 * gateway voids the rest.
 */
export type RequestCaptureCommand = { paymentId: string; amount?: number | undefined };

/**
 * Requests captures of authorized payments. The gateway is called after the commit, and its CAPTURED event makes the
 * payment CAPTURED.
 * @returns the payment, still AUTHORIZED · refusals: payment_not_found, invalid_transition, capture_in_progress,
 * capture_exceeds_authorized, amount_not_supported
 */
export const requestCaptures =
  (gateways: ReadonlyMap<string, Gateway>) =>
  async (tx: Transaction, commands: readonly RequestCaptureCommand[]): Promise<Outcome<Payment>[]> => {
    const paymentIds = commands.map(({ paymentId }) => paymentId);
    const work = await UnitOfWork.lock(tx, { paymentIds, money: true });
    const open = await readOpenGatewayCalls(tx, paymentIds, 'CAPTURE');
    const capturing = new Set(open.map(({ paymentId }) => paymentId));
    const outcomes = commands.map((command): Outcome<Payment> => {
      const located = locatePayment(work, command);
      if (!located.ok) return located;
      const { order, payment } = located.value;
      const amount = command.amount ?? capturableAmount(payment);
      const { provider, currency } = payment;
      const refusal =
        refusalOf(order, payment, amount, capturing) ??
        amountRefusalOf(gateways, provider, 'capture', { amount, currency });
      if (refusal) return refused(refusal);
      capturing.add(payment.id);
      order.callGateway(payment, { kind: 'CAPTURE', amount });
      return accepted(payment);
    });
    work.write();
    return outcomes;
  };

function refusalOf(
  order: LockedOrder,
  payment: Payment,
  amount: number,
  capturing: ReadonlySet<string>,
): CommerceError | undefined {
  const { id, status, currency } = payment;
  const authorizedAmount = capturableAmount(payment);
  // A free order has nothing to capture.
  const isCapturable = status === 'AUTHORIZED' && authorizedAmount > 0 && !order.openVoidOf(payment);
  if (!isCapturable) return invalidTransition('payment', status, 'CAPTURED');
  if (capturing.has(id)) return new CommerceError('capture_in_progress', 'this payment is being captured already');
  if (amount <= authorizedAmount) return undefined;
  return new CommerceError(
    'capture_exceeds_authorized',
    'no more can be captured than was authorized and is still needed',
    {
      authorizedAmount,
      currency,
    },
  );
}
