import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import { amountRefusalOf } from '../../gateways/amount-rule.ts';
import type { Gateway } from '../../gateways/gateway.ts';
import { readOpenGatewayCalls } from '../../gateway-outbox/gateway-call-repository.ts';
import { newId } from '../../ids.ts';
import { sumAmounts } from '../../money.ts';
import { capturableAmount, type Payment } from '../../payment/payment.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import type { LockedOrder, PricedUnits } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { requestWholeRefund } from '../refund/request-refunds.ts';

/** What decides whether a capture can still be lowered. */
export type CaptureContext = {
  gateways: ReadonlyMap<string, Gateway>;
  /** The payments with a capture that was requested and hasn't ended. */
  capturing: ReadonlySet<string>;
};

/** Reads which payments of the locked orders are being captured. */
export async function readCapturing(tx: Transaction, work: UnitOfWork): Promise<ReadonlySet<string>> {
  const paymentIds = [...work.orders.values()].flatMap(({ payments }) => payments.map(({ id }) => id));
  return new Set((await readOpenGatewayCalls(tx, paymentIds, 'CAPTURE')).map(({ paymentId }) => paymentId));
}

/**
 * Lowers what the capture of an AUTHORIZED payment will take, by what was paid for units that the order gives up.
 * Nothing is sent to the gateway before the capture, which releases the rest. When nothing is left to capture, the
 * payment is voided. The order is locked with its refunds; `units` come from `priceUnits`.
 * @returns the payment, with its new `releasedAmount` · refusals, which change nothing: invalid_transition (the payment
 * isn't AUTHORIZED, or is being voided), capture_in_progress, amount_not_supported (the gateway can't capture what is
 * left), refund_exceeds_balance (less was authorized than the rest of the order costs)
 */
export function lowerCapture(
  order: LockedOrder,
  payment: Payment,
  units: readonly PricedUnits[],
  { gateways, capturing }: CaptureContext,
): Outcome<Payment> {
  // What a credit has paid for the units isn't in the capture.
  const amount = Math.min(sumAmounts(units.map((unit) => unit.amount)), order.owedAmount());
  const isLast = amount === order.owedAmount();
  const refusal = amount === 0 ? undefined : refusalOf(order, payment, { amount, isLast, gateways, capturing });
  if (refusal) return refused(refusal);
  order.releaseUnits(units);
  if (amount === 0) return accepted(payment);
  const releasedAmount = Math.min(payment.releasedAmount + amount, payment.authorizedAmount);
  const lowered = { ...payment, releasedAmount, updatedAt: order.now };
  order.setPayment(lowered);
  const { id: paymentId, currency } = payment;
  order.record('payment.capture_lowered', { paymentId, amount: isLast ? 0 : capturableAmount(lowered), currency });
  if (isLast) requestWholeRefund(order, lowered, { id: newId(), reason: 'order_canceled' });
  return accepted(order.paymentOf({ paymentId }));
}

function refusalOf(
  order: LockedOrder,
  payment: Payment,
  { amount, isLast, gateways, capturing }: CaptureContext & { amount: number; isLast: boolean },
): CommerceError | undefined {
  const { id, status, provider, currency } = payment;
  if (status !== 'AUTHORIZED' || order.openVoidOf(payment)) return invalidTransition('payment', status, 'CAPTURED');
  if (capturing.has(id))
    return new CommerceError('capture_in_progress', 'this payment is being captured: wait until it is CAPTURED');
  if (isLast) return undefined;
  const left = capturableAmount(payment) - amount;
  if (left > 0) return amountRefusalOf(gateways, provider, 'capture', { amount: left, currency });
  const message = 'the payment was authorized for less than the rest of the order costs';
  const details = { refundableAmount: capturableAmount(payment), currency, uncapturedPaymentId: id };
  return new CommerceError('refund_exceeds_balance', message, details);
}
