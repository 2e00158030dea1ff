import { z } from 'zod';
import { id, gatewayFact, type SignedEvent } from '@commerce-core/core/gateway';

/** Of Toss's Transaction objects, an approval or a cancel each. */
export const tossTransactions = z.array(
  z.object({
    transactionKey: z.string().min(1).max(200),
    orderId: z.string(),
  }),
);
type TossTransaction = z.output<typeof tossTransactions>[number];
export const transactionsMax = 1_000;

/** The query for what happened since then, a page of it: from after the transaction `startingAfter` on. */
export function transactionsQuery(since: Date, now: Date, startingAfter?: string): string {
  const endDate = inKorea(new Date(now.getTime() + 60_000));
  const query = { startDate: inKorea(since), endDate, limit: String(transactionsMax) };
  return new URLSearchParams(startingAfter === undefined ? query : { ...query, startingAfter }).toString();
}

/** What a transaction says: which payment to ask for. Nothing when its order isn't one of this shop's payments. */
export function transactionEvents({ transactionKey, orderId }: TossTransaction): SignedEvent[] {
  const paymentId = id.safeParse(orderId).data;
  if (paymentId === undefined) return [];
  return [{ providerEventId: `transaction:${transactionKey}`, ...gatewayFact({ type: 'CHANGED', paymentId }) }];
}

/** As Toss takes times here: Korea's, without an offset. */
const inKorea = (time: Date): string => new Date(time.getTime() + 9 * 3_600_000).toISOString().slice(0, 19);
