import type { Transaction } from '@commerce-core/pg-pipeline';
import type { CalledPayment } from '../../gateway-outbox/gateway-call.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';

/**
 * Has a payment polled as soon as the job of its gateway runs. A payment is polled once however often that is
 * requested.
 */
export async function requestPoll(tx: Transaction, payment: CalledPayment): Promise<void> {
  const work = await UnitOfWork.lock(tx, { orderIds: [payment.orderId] });
  work.callGateway(payment, { kind: 'POLL' });
  work.write();
}
