import type { Client } from '@commerce-core/client';
import { readPages } from '../read-pages.ts';
import { commerceCode } from '../refusal.ts';
import type { ShopPayment } from './compare.ts';

export type ShopBook = Map<string, ShopPayment>;

const all = { limit: 0, all: true } as const;

/** Reads all payments of the shop, or of one provider, with their refunds and disputes. */
export async function readShopBook(client: Client, provider: string | undefined): Promise<ShopBook> {
  const [payments, refunds, disputes] = await Promise.all([
    readPages((range) => client.payment.listAll.query({ provider, ...range }), all),
    readPages((range) => client.refund.list.query(range), all),
    readPages((range) => client.dispute.list.query(range), all),
  ]);
  const refundsOf = Map.groupBy(refunds.items, ({ paymentId }) => paymentId);
  const disputesOf = Map.groupBy(disputes.items, ({ paymentId }) => paymentId);
  return new Map(
    payments.items.map((payment) => [
      payment.id,
      { payment, refunds: refundsOf.get(payment.id) ?? [], disputes: disputesOf.get(payment.id) ?? [] },
    ]),
  );
}

/** Reads one payment. Returns undefined when the shop doesn't know it. */
export async function readShopPayment(client: Client, id: string): Promise<ShopPayment | undefined> {
  const payment = await client.payment.get.query({ paymentId: id }).catch((error: unknown) => {
    // A gateway may know ids that cannot belong to this shop.
    if (['payment_not_found', 'validation_failed'].includes(commerceCode(error) ?? '')) return undefined;
    throw error;
  });
  if (!payment) return undefined;
  const refunds = await readPages((range) => client.refund.list.query({ orderId: payment.orderId, ...range }), all);
  const disputes = await readPages((range) => client.dispute.list.query({ orderId: payment.orderId, ...range }), all);
  const isOfIt = ({ paymentId }: { paymentId: string }) => paymentId === id;
  return { payment, refunds: refunds.items.filter(isOfIt), disputes: disputes.items.filter(isOfIt) };
}
