import type { Reader } from '../../database/page.ts';
import { readLockedStocks } from '../../inventory/stock-repository.ts';
import { readLockedOrderRows, readOrderLines } from '../../order/order-repository.ts';
import { readPaymentsNamed, type NamedPayment } from '../../payment/payment-repository.ts';

/**
 * Finds orders whose row, or a stock row that they need, another transaction has locked at this moment.
 * @returns the lock holder by order id
 */
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

/**
 * The lock keys of a gateway's message: our id of its payment, else the provider's name and id; none without either.
 */
export const paymentKeyOf = ({ provider, paymentId, gatewayPaymentId }: NamedPayment): string[] => {
  if (paymentId) return [paymentId];
  return gatewayPaymentId ? [`${provider} ${gatewayPaymentId}`] : [];
};

/**
 * Finds payments, given by their `paymentKeyOf`, whose order or stock another transaction has locked at this moment.
 * @returns the lock holder by key
 */
export async function readLockedPayments(reader: Reader, keys: readonly string[]): Promise<Map<string, string>> {
  const named = keys.map((key): NamedPayment => {
    const at = key.indexOf(' ');
    return at < 0 ? { paymentId: key } : { provider: key.slice(0, at), gatewayPaymentId: key.slice(at + 1) };
  });
  const payments = await readPaymentsNamed(reader, named);
  const orders = await readLockedOrders(reader, new Set(payments.map(({ orderId }) => orderId)));
  const given = new Set(keys);
  return new Map(
    payments.flatMap(({ id, orderId, provider, gatewayPaymentId }) => {
      const holder = orders.get(orderId);
      const names = [id, `${provider} ${gatewayPaymentId}`].filter((name) => given.has(name));
      return holder === undefined ? [] : names.map((name): [string, string] => [name, holder]);
    }),
  );
}
