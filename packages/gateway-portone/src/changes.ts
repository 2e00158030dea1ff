import { z } from 'zod';
import { id, gatewayFact, type SignedEvent } from '@commerce-core/core/gateway';

const pageSize = 100;
/** A listing of more pages, half a million payments, is an error: the list doesn't end. */
export const changePagesMax = 5_000;

/**
 * A page of PortOne's list of payments. PortOne's documents describe `page.totalCount` in two ways, so it isn't read.
 * https://developers.portone.io/api/rest-v2/payment
 */
export const paymentPage = z.object({ items: z.array(z.unknown()), page: z.object({ size: z.int().positive() }) });

const listedPayment = z.object({
  id,
  storeId: z.string(),
  status: z.string().max(50),
  statusChangedAt: z.string().max(50),
  amount: z.object({ cancelled: z.int() }),
});

/**
 * Returns the query for page `number`, from 0, of the payments that changed since `since`. The newest change comes
 * first and the time has no upper bound: a payment that changes between two pages moves to the front. So other payments
 * may be listed twice, and none is skipped.
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
 * Returns a CHANGED event for a listed payment, as a webhook would be, after which the shop polls PortOne. The same
 * state has the same event id in every listing. A further partial refund changes `amount.cancelled` but not the status,
 * so both are part of the id.
 *
 * Returns nothing for a payment that isn't of this shop, that has only been registered, or that can't be read: one such
 * item must not hide the others.
 */
export function changeEvents(item: unknown, storeId: string): SignedEvent[] {
  const { data: payment } = listedPayment.safeParse(item);
  // The inbox stores every event of a gateway that signs, so foreign payments are left out here.
  if (!payment || payment.storeId !== storeId || payment.status === 'READY') return [];
  const { id: paymentId, status, statusChangedAt, amount } = payment;
  const providerEventId = `status:${paymentId}:${status}:${statusChangedAt}:${amount.cancelled}`;
  return [{ providerEventId, ...gatewayFact({ type: 'CHANGED', paymentId, gatewayPaymentId: paymentId }) }];
}
