import { newId } from '../../ids.ts';
import type { DisputeStatus } from '../../dispute/dispute.ts';
import type { GatewayEvent } from '../../gateway-inbox/gateway-event.ts';
import type { Payment } from '../../payment/payment.ts';
import { applied, ignored, type Decision } from './decision.ts';
import type { LockedOrder } from '../../unit-of-work/locked-order.ts';
import type { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/** A shopper's bank contests a payment, or has decided. A person handles it at the gateway; here it is on record. */
export function applyDispute(work: UnitOfWork, unit: LockedOrder, payment: Payment, event: GatewayEvent): Decision {
  const { amount, currency } = event;
  const gatewayDisputeId = event.gatewayObjectId ?? payment.id;
  const known = unit.disputes.find(
    (dispute) => dispute.paymentId === payment.id && dispute.gatewayDisputeId === gatewayDisputeId,
  );
  const status = statusOf(event);
  // A decision is final, and one that overtook the opening says all that the opening would.
  if (known && (known.status === status || known.status !== 'OPEN')) return ignored('already_noted');
  if (known) work.setDispute(unit, { ...known, status, updatedAt: work.now });
  else {
    const dispute = {
      id: newId(),
      paymentId: payment.id,
      orderId: payment.orderId,
      gatewayDisputeId,
      status,
      amount,
      currency,
    };
    work.addDispute(unit, { ...dispute, createdAt: work.now, updatedAt: work.now });
  }
  const facts = { paymentId: payment.id, gatewayDisputeId, status, amount, currency };
  work.tell(unit, status === 'OPEN' ? 'dispute.opened' : 'dispute.closed', facts);
  if (status !== 'WON') work.raiseAttention(unit, 'dispute');
  else if (unit.disputes.every((dispute) => dispute.status === 'WON')) work.clearAttention(unit, 'dispute');
  return applied(status === 'OPEN' ? 'dispute_opened' : 'dispute_closed');
}

function statusOf({ type }: GatewayEvent): DisputeStatus {
  if (type === 'DISPUTE_WON') return 'WON';
  return type === 'DISPUTE_LOST' ? 'LOST' : 'OPEN';
}
