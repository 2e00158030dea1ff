import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { balanceAmount, type Payment } from '../../payment/payment.ts';
import { isOpen, type Refund } from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { applied, ignored, tryLater, type Decision } from '../payment/decision.ts';
import { unsettledOfReturn } from '../returns/price-return.ts';
import { failRefund, finishRefund } from './finish-refund.ts';
import { unsettledQty } from './price-lines.ts';
import { recordGatewayRefund } from './record-gateway-refund.ts';

/**
 * Applies an event about a refund. An event names one of our refunds by our id or by the gateway's. A refund that we
 * don't know was made at the gateway.
 * @returns the decision; the order and its parts are changed, not written
 */
export function applyRefundEvent(order: LockedOrder, payment: Payment, event: GatewayEvent): Decision {
  const { refundId, gatewayObjectId } = event;
  const refund = order.refunds.find(
    (refund) =>
      refund.paymentId === payment.id &&
      (refund.id === refundId || (gatewayObjectId !== null && refund.gatewayRefundId === gatewayObjectId)),
  );
  if (!refund) {
    return event.type === 'REFUNDED' ? recordGatewayRefund(order, payment, event) : ignored('already_noted');
  }
  // A VOID undoes the whole payment. When only a part had been captured, that part is all that was sent back.
  const isCapturedPart = refund.kind === 'VOID' && event.amount > 0 && event.amount < refund.amount;
  const isExpected = (event.amount === refund.amount || isCapturedPart) && event.currency === refund.currency;
  if (event.type === 'REFUNDED' && !isExpected) {
    order.raiseAttention('amount_mismatch');
    return ignored('amount_mismatch');
  }
  if (event.type === 'REFUNDED') return applySuccess(order, refund, event);
  if (event.type === 'REFUND_FAILED') return applyFailure(order, refund, event);
  return noteGatewayId(order, refund, gatewayObjectId);
}

function applySuccess(order: LockedOrder, refund: Refund, event: GatewayEvent): Decision {
  if (refund.status === 'SUCCEEDED') return ignored('already_refunded');
  if (refund.status === 'FAILED') return applyLateSuccess(order, refund, event);
  finishRefund(order, refund, event.gatewayObjectId);
  return applied('refund_succeeded');
}

/** Applies the success of a refund that had been marked FAILED and its balance released. */
function applyLateSuccess(order: LockedOrder, refund: Refund, event: GatewayEvent): Decision {
  // Webhooks can arrive out of order, and a bank can return a refund. Only the gateway's reply to a POLL tells which it
  // was.
  if (event.source === 'WEBHOOK') return poll(order, refund);
  const payment = order.paymentOf(refund);
  if (refund.kind === 'VOID') {
    const later = order.standingVoidOf(payment);
    if (later?.status === 'SUCCEEDED') return ignored('already_refunded');
    if (payment.capturedAmount > 0) {
      // The payment was captured since, so another refund sends its money back. Only one of the two can be right.
      order.raiseAttention('amount_mismatch');
      return ignored('amount_mismatch');
    }
    if (later) {
      // A payment is voided only once, so the success is that of the later VOID.
      finishRefund(order, later, null);
      return applied('refund_succeeded');
    }
  } else {
    if (balanceAmount(payment) < refund.amount) return tryLater;
    order.setPayment({ ...payment, refundReservedAmount: payment.refundReservedAmount + refund.amount });
  }
  finishRefund(order, refund, event.gatewayObjectId);
  // A newer refund may have sent the same money or units back: an operator has to check.
  const isRepeated = order.refunds.some(
    (other) =>
      other.paymentId === refund.paymentId && other.createdAt > refund.createdAt && other.reason === 'requested',
  );
  if (isRepeated || hasReplaced(order, refund)) order.raiseAttention('amount_mismatch');
  return applied('refund_succeeded');
}

/** Whether units of a refund have been replaced. The order is locked with its returns. */
function hasReplaced(order: LockedOrder, { id, returnId }: Refund): boolean {
  const aReturn = order.returns.find((one) => one.id === returnId);
  const lines = order.refundLines.filter(({ refundId }) => refundId === id);
  return lines.some(
    ({ lineNo }) => unsettledQty(order, lineNo) < 0 || (aReturn && unsettledOfReturn(order, aReturn, lineNo) < 0),
  );
}

function applyFailure(order: LockedOrder, refund: Refund, event: GatewayEvent): Decision {
  if (refund.status === 'FAILED') return ignored('already_noted');
  if (refund.status === 'SUCCEEDED' && event.source === 'WEBHOOK') return poll(order, refund);
  failRefund(order, refund, event.failureCode ?? 'unspecified');
  order.raiseAttention('refund_failed');
  return applied('refund_failed');
}

/** Stores the gateway's id of a refund that the gateway has accepted. */
function noteGatewayId(order: LockedOrder, refund: Refund, gatewayRefundId: string | null): Decision {
  if (refund.gatewayRefundId !== null || gatewayRefundId === null || !isOpen(refund)) return ignored('already_noted');
  order.setRefund({ ...refund, gatewayRefundId, updatedAt: order.now });
  return applied('refund_pending');
}

function poll(order: LockedOrder, refund: Refund): Decision {
  order.callGateway(order.paymentOf(refund), { kind: 'POLL' });
  return applied('polls_gateway');
}
