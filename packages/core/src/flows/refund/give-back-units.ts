import { unwrap } from '../../errors.ts';
import { amountRefusalOf } from '../../gateways/amount-rule.ts';
import { sumAmounts } from '../../money.ts';
import { paysForOrder, type Payment } from '../../payment/payment.ts';
import type { Refund } from '../../refund/refund.ts';
import type { LockedOrder, PricedUnits } from '../../unit-of-work/locked-order.ts';
import { lowerCapture, type CaptureContext } from '../payment/lower-capture.ts';
import { returnCreditUpTo } from '../credit/return-credit.ts';
import { disputeOpen, openDisputeOf, refundableAmount } from './refundable.ts';
import { requestRefund } from './request-refunds.ts';

/**
 * Gives back what was paid for units that the order gives up: by a refund of captured money, or by a lower capture of
 * money that is only authorized. An order that has lost its authorization owes that much less. What that leaves goes
 * back to the order's credit. What an operator has left out of a capture isn't given back. What was refunded by amount,
 * or a lost dispute has taken, is missing at the end.
 * @returns the refund, if there is one
 * @throws dispute_open when an open dispute holds the money; amount_not_supported when the gateway can't refund the
 * amount, or can't capture what is left; capture_in_progress, refund_exceeds_balance and invalid_transition as
 * `lowerCapture`
 */
export function giveBackUnits(
  order: LockedOrder,
  units: readonly PricedUnits[],
  refundId: string,
  context: CaptureContext,
): Refund | undefined {
  const payment = order.payments.find(paysForOrder);
  const beyondPayment = sumAmounts(units.map(({ amount }) => amount)) - order.owedAmount();
  if (payment?.status === 'AUTHORIZED') {
    unwrap(lowerCapture(order, payment, units, context));
    returnCreditUpTo(order, beyondPayment);
    return undefined;
  }
  if (payment) return refundUnits(order, payment, units, refundId, context);
  order.releaseUnits(units);
  returnCreditUpTo(order, beyondPayment);
  if (order.status === 'PAID' && !order.hasLostItsMoney()) order.clearAttention('authorization_lost');
  return undefined;
}

function refundUnits(
  order: LockedOrder,
  payment: Payment,
  units: readonly PricedUnits[],
  id: string,
  { gateways }: CaptureContext,
): Refund | undefined {
  const { provider, currency, authorizedAmount, capturedAmount, releasedAmount } = payment;
  const given = sumAmounts(units.map((unit) => unit.amount));
  const uncaptured = Math.min(given, authorizedAmount - capturedAmount - releasedAmount);
  const amount = Math.min(given - uncaptured, refundableAmount(order, payment, { despiteDispute: true }));
  const dispute = openDisputeOf(order, payment);
  if (dispute && amount > refundableAmount(order, payment)) throw disputeOpen(dispute);
  const unsupported = amount > 0 ? amountRefusalOf(gateways, provider, 'refund', { amount, currency }) : undefined;
  if (unsupported) throw unsupported;
  const released = { ...payment, releasedAmount: releasedAmount + uncaptured };
  if (uncaptured > 0) order.setPayment(released);
  // Units whose money goes back in part, or not at all, can't be units of the refund.
  const isWhole = amount > 0 && amount === given;
  if (!isWhole) order.releaseUnits(units);
  returnCreditUpTo(order, given - uncaptured - amount);
  if (amount === 0) return undefined;
  const lines = units.filter(({ quantity }) => quantity > 0);
  return requestRefund(
    order,
    released,
    { id, amount, reason: 'requested' },
    isWhole ? lines.map((line) => ({ refundId: id, orderId: order.id, restock: false, ...line })) : [],
  );
}
