import type { DisputeStatus } from '../../dispute/dispute.ts';
import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import { newId } from '../../ids.ts';
import type { Payment } from '../../payment/payment.ts';
import { disputeCame } from '../../refund/refund.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import { endRefundAttention, withdrawRefunds } from '../refund/finish-refund.ts';
import { overdraft, refundableAmount } from '../refund/refundable.ts';
import { requestOwedMoney } from '../refund/request-refunds.ts';
import { applied, ignored, type Decision } from './decision.ts';

/**
 * Applies that a shopper's bank has opened or decided a dispute about a payment. It is recorded here; an operator
 * handles it at the gateway. Refunds of the same money that weren't sent yet are withdrawn. Money that the order can't
 * use is refunded again without the contested part, and whole once the dispute is WON.
 * @returns the decision; the order and its parts are changed, not written
 */
export function applyDispute(order: LockedOrder, payment: Payment, event: GatewayEvent): Decision {
  const { amount, currency } = event;
  const gatewayDisputeId = event.gatewayObjectId ?? payment.id;
  const known = order.disputes.find(
    (dispute) => dispute.paymentId === payment.id && dispute.gatewayDisputeId === gatewayDisputeId,
  );
  const status = statusOf(event);
  // A decision is final. One that came before the opening already says all that the opening would.
  if (known && (known.status === status || known.status !== 'OPEN')) return ignored('already_noted');
  if (known) order.setDispute({ ...known, status, updatedAt: order.now });
  else {
    order.addDispute({
      id: newId(),
      paymentId: payment.id,
      orderId: payment.orderId,
      gatewayDisputeId,
      status,
      amount,
      currency,
      createdAt: order.now,
      updatedAt: order.now,
    });
  }
  const facts = { paymentId: payment.id, gatewayDisputeId, status, amount, currency };
  order.record(status === 'OPEN' ? 'dispute.opened' : 'dispute.closed', facts);
  if (status !== 'WON') order.raiseAttention('dispute');
  else if (order.disputes.every((dispute) => dispute.status === 'WON')) order.clearAttention('dispute');
  const withdrew = status !== 'WON' && withdrawRefunds(order, payment, overdraft(order, payment), disputeCame);
  // What the dispute held may be owed to the shopper, and so is what a withdrawn refund had besides the contested
  // money.
  const isAsked = withdrew || (status === 'WON' && hasMoney(order, payment));
  if (isAsked) requestOwedMoney(order, payment);
  if (status !== 'WON' || !isAsked) endRefundAttention(order);
  return applied(status === 'OPEN' ? 'dispute_opened' : 'dispute_closed');
}

const hasMoney = (order: LockedOrder, payment: Payment): boolean =>
  refundableAmount(order, payment) + payment.authorizedAmount - payment.capturedAmount > 0;

function statusOf({ type }: GatewayEvent): DisputeStatus {
  if (type === 'DISPUTE_WON') return 'WON';
  return type === 'DISPUTE_LOST' ? 'LOST' : 'OPEN';
}
