import type { Reader } from '../../database/page.ts';
import { readLockedStocks } from '../../inventory/stock-repository.ts';
import { readLockedOrderRows, readOrderLines } from '../../order/order-repository.ts';
import { readPaymentsNamed, type NamedPayment } from '../../payment/payment-repository.ts';

/** Which of these orders another transaction holds now, or stock that they need, and who that is. */
export async function readLockedOrders(reader: Reader, orderIds: Iterable<string>): Promise<Map<string, string>> {
  const ids = [...orderIds];
  const lines = await readOrderLines(reader, ids);
  const [orders, stocks] = await Promise.all([
    readLockedOrderRows(reader, ids),
    readLockedStocks(reader, new Set(lines.flatMap(({ productId }) => productId ?? []))),
  ]);
  for (const { orderId, productId } of lines) {
    const holder = stocks.get(productId ?? '');
    if (holder !== undefined && !orders.has(orderId)) orders.set(orderId, holder);
  }
  return orders;
}

/** How a message's payment is named among what batches lock; none where it names none. */
export const paymentKeyOf = ({ provider, paymentId, gatewayPaymentId }: NamedPayment): string[] => {
  if (paymentId) return [paymentId];
  return gatewayPaymentId ? [`${provider} ${gatewayPaymentId}`] : [];
};

/** Of which payments, named by `paymentKeyOf`, another transaction holds the order or stock that it needs, and who that is. */
export async function readLockedPayments(reader: Reader, keys: readonly string[]): Promise<Map<string, string>> {
  const named = keys.map((key): NamedPayment => {
    const at = key.indexOf(' ');
    return at < 0 ? { paymentId: key } : { provider: key.slice(0, at), gatewayPaymentId: key.slice(at + 1) };
  });
  const payments = await readPaymentsNamed(reader, named);
  const orders = await readLockedOrders(reader, new Set(payments.map(({ orderId }) => orderId)));
  const asked = new Set(keys);
  return new Map(
    payments.flatMap(({ id, orderId, provider, gatewayPaymentId }) => {
      const holder = orders.get(orderId);
      const names = [id, `${provider} ${gatewayPaymentId}`].filter((name) => asked.has(name));
      return holder === undefined ? [] : names.map((name): [string, string] => [name, holder]);
    }),
  );
}
