import type { Transaction } from '@commerce-core/pg-pipeline';
import { accepted, CommerceError, invalidTransition, refused, type Outcome } from '../../errors.ts';
import { shortages } from '../../inventory/stock.ts';
import { canTransition, transitionOrder } from '../../order/order.ts';
import { isLive, newPayment, type CaptureMode, type Payment } from '../../payment/payment.ts';
import { demandOf, type LockedOrder } from '../../unit-of-work/locked-order.ts';
import { UnitOfWork } from '../../unit-of-work/unit-of-work.ts';
import { ownUnit } from '../order/own-unit.ts';

/**
 * An attempt to pay an order; with `customerId` only that customer's. `id` is minted before the transaction; the order's
 * stock is held for `reservationMs` from now, or longer if it is already.
 */
export type CreatePaymentCommand = {
  id: string;
  orderId: string;
  provider: string;
  method: string | null;
  capture: CaptureMode;
  reservationMs: number;
  customerId?: string | undefined;
};

/**
 * Creates payment attempts. The first one takes the order to PAYMENT_PENDING; one after a failure holds the stock again.
 * @returns the payment in CREATED · refusals: order_not_found, payment_in_progress, invalid_transition,
 * insufficient_stock (the order stays as it was)
 */
export async function createPayments(
  tx: Transaction,
  commands: readonly CreatePaymentCommand[],
): Promise<Outcome<Payment>[]> {
  const work = await UnitOfWork.lock(
    tx,
    commands.map(({ orderId }) => orderId),
  );
  await work.lockStocksOf(({ order }) => order.reservationStatus === 'RELEASED');
  const outcomes = commands.map((command) => create(work, command));
  work.write();
  return outcomes;
}

function create(work: UnitOfWork, command: CreatePaymentCommand): Outcome<Payment> {
  const unit = ownUnit(work, command);
  if (!unit) return refused(new CommerceError('order_not_found', 'no such order'));
  const refusal = refusalOf(work, unit);
  if (refusal) return refused(refusal);

  if (unit.order.reservationStatus === 'RELEASED') work.moveStock('reserve', demandOf(unit), unit.order.id);
  const { id, provider, method, capture, reservationMs } = command;
  const reservedUntil = new Date(Math.max(unit.order.reservedUntil.getTime(), work.now.getTime() + reservationMs));
  work.setOrder(unit, { ...transitionOrder(unit.order, 'PAYMENT_PENDING', work.now), reservedUntil });
  const { currency, totalAmount } = unit.order;
  const payment = newPayment(
    { id, orderId: unit.order.id, provider, method, capture, currency, amount: totalAmount },
    work.now,
  );
  work.addPayment(unit, payment);
  work.tell(unit, 'payment.created', { paymentId: id, provider, amount: totalAmount, currency, reservedUntil });
  return accepted(payment);
}

function refusalOf(work: UnitOfWork, unit: LockedOrder): CommerceError | undefined {
  const { order, payments } = unit;
  if (payments.some(isLive)) {
    return new CommerceError('payment_in_progress', 'another attempt to pay this order is under way');
  }
  if (!canTransition(order.status, 'PAYMENT_PENDING'))
    return invalidTransition('order', order.status, 'PAYMENT_PENDING');
  const short = order.reservationStatus === 'RELEASED' ? shortages(work.stocks, demandOf(unit)) : [];
  if (short.length === 0) return undefined;
  return new CommerceError('insufficient_stock', 'there is not enough stock any more', { products: short });
}
