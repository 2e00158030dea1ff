import { z } from 'zod';
import { id, gatewayFact, type SignedEvent } from '@commerce-core/core/gateway';

/**
 * The fields of Toss's Transaction objects that this adapter reads; each is an approval or a cancel.
 * https://docs.tosspayments.com/reference
 */
export const tossTransactions = z.array(
  z.object({
    transactionKey: z.string().min(1).max(200),
    orderId: z.string(),
  }),
);
export type TossTransaction = z.output<typeof tossTransactions>[number];

/** The size of a page of transactions. */
export const transactionsMax = 1_000;

/**
 * Returns the query string of one page of the transactions between `since` and a minute after `now`. `startingAfter` is
 * the key of the last transaction of the page before.
 */
export function transactionsQuery(since: Date, now: Date, startingAfter?: string): string {
  const endDate = inKorea(new Date(now.getTime() + 60_000));
  const query = { startDate: inKorea(since), endDate, limit: String(transactionsMax) };
  return new URLSearchParams(startingAfter === undefined ? query : { ...query, startingAfter }).toString();
}

/** Returns a CHANGED event for the transaction's payment; nothing when its order id isn't an id of this shop. */
export function transactionEvents({ transactionKey, orderId }: TossTransaction): SignedEvent[] {
  const paymentId = id.safeParse(orderId).data;
  if (paymentId === undefined) return [];
  return [{ providerEventId: `transaction:${transactionKey}`, ...gatewayFact({ type: 'CHANGED', paymentId }) }];
}

/** Toss takes the times of this query in Korean time, without an offset. */
const inKorea = (time: Date): string => new Date(time.getTime() + 9 * 3_600_000).toISOString().slice(0, 19);
