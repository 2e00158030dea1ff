import { z } from 'zod';
import { id, gatewayFact, type SignedEvent } from '@commerce-core/core/gateway';

const pageSize = 100;
/** Pages of one listing, half a million payments: past them it isn't a list any more that ends. */
export const changePagesMax = 5_000;

/** A page of PortOne's list of payments. `page.totalCount` is described in two ways, so it isn't relied on. */
export const paymentPage = z.object({ items: z.array(z.unknown()), page: z.object({ size: z.int().positive() }) });

const listedPayment = z.object({
  id,
  storeId: z.string(),
  status: z.string().max(50),
  statusChangedAt: z.string().max(50),
  amount: z.object({ cancelled: z.int() }),
});

/**
 * The query for what changed since then, page `number` of it from 0. The newest come first and there is no end to the
 * time: what changes between two pages moves to the front, so that others are seen twice and none is skipped.
 */
export const changesQuery = (since: Date, storeId: string, number: number) => ({
  page: { number, size: pageSize },
  filter: {
    storeId,
    version: 'V2',
    timestampType: 'STATUS_CHANGED_AT',
    from: since.toISOString(),
    sortBy: 'STATUS_CHANGED_AT',
    sortOrder: 'DESC',
  },
});

/**
 * What a listed payment says: that it changed, as a webhook would, so that it is asked for. The same state has the same
 * id in every listing; a further part that is sent back leaves the status as it was, but not what is cancelled.
 * Nothing when it isn't one of this shop's payments, or only opened; nor when it can't be read, which mustn't keep the
 * others from being found.
 */
export function changeEvents(item: unknown, storeId: string): SignedEvent[] {
  const { data: payment } = listedPayment.safeParse(item);
  // The inbox doesn't ask of a gateway that signs whether it knows the payment: what is none of ours has to stay out here.
  if (!payment || payment.storeId !== storeId || payment.status === 'READY') return [];
  const { id: paymentId, status, statusChangedAt, amount } = payment;
  const providerEventId = `status:${paymentId}:${status}:${statusChangedAt}:${amount.cancelled}`;
  return [{ providerEventId, ...gatewayFact({ type: 'CHANGED', paymentId, gatewayPaymentId: paymentId }) }];
}
