import type { Reader } from '../../database/page.ts';
import { read } from '../../database/transaction.ts';
import { CommerceError } from '../../errors.ts';
import { belongsTo } from '../../order/guest.ts';
import { readOrders } from '../../order/order-repository.ts';
import { readPayment } from '../../payment/payment-repository.ts';
import type { Payment } from '../../payment/payment.ts';

/** A payment to read; with `customerId` only a payment for that customer's order. */
export type PaymentRef = { paymentId: string; customerId?: string | undefined };

/** @throws payment_not_found when there is no such payment, or it is for another customer's order */
export async function requirePayment(reader: Reader, { paymentId, customerId }: PaymentRef): Promise<Payment> {
  const payment = await read(async () => readPayment(reader, paymentId));
  if (payment && (await isOwn(reader, payment, customerId))) return payment;
  throw new CommerceError('payment_not_found', 'there is no such payment');
}

async function isOwn(reader: Reader, { orderId }: Payment, customerId: string | undefined): Promise<boolean> {
  if (customerId === undefined) return true;
  const [order] = await read(async () => readOrders(reader, [orderId]));
  return order !== undefined && belongsTo(order, customerId);
}
