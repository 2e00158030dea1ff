import { callGateway, type CallPolicy, type GatewayAnswer, type GatewayPayment } from '@commerce-core/core/gateway';
import { readAnswer, readPaymentIfAny } from './answers.ts';
import type { TossPayment } from './payment.ts';
import { tossTransactions, transactionsMax, transactionsQuery, type TossTransaction } from './transactions.ts';

export type TossApiOptions = {
  /** `test_sk_…` or `live_sk_…`. */
  secretKey: string;
  /** Where Toss's API begins; defaults to `https://api.tosspayments.com`. */
  url?: string | undefined;
  policy?: CallPolicy;
};

/**
 * The calls of Toss's API that the adapter makes. `confirm` and `cancel` return Toss's answer as it is, errors below
 * 500 included. The others throw GatewayRefusal for a definite no, and Error for every other failure.
 * https://docs.tosspayments.com/reference
 */
export function tossApi({ secretKey, url = 'https://api.tosspayments.com', policy }: TossApiOptions) {
  const authorization = `Basic ${Buffer.from(`${secretKey}:`).toString('base64')}`;
  const get = (path: string) => callGateway(url + path, { headers: { authorization } }, policy);
  const post = (path: string, idempotencyKey: string, body: object): Promise<GatewayAnswer> =>
    callGateway(
      url + path,
      {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
        body: JSON.stringify(body),
      },
      policy,
    );

  return {
    /**
     * Finds a payment by Toss's key, or by our id. A key passes through the shopper's browser, so a payment found by it
     * counts only when it is ours.
     */
    async find({
      id,
      gatewayPaymentId,
    }: Pick<GatewayPayment, 'id' | 'gatewayPaymentId'>): Promise<TossPayment | undefined> {
      if (gatewayPaymentId) {
        const byKey = readPaymentIfAny(await get(`/v1/payments/${encodeURIComponent(gatewayPaymentId)}`));
        if (byKey?.orderId === id) return byKey;
      }
      const byOrder = readPaymentIfAny(await get(`/v1/payments/orders/${id}`));
      return byOrder?.orderId === id ? byOrder : undefined;
    },

    /** Takes the money. `amount` as Toss counts it. */
    confirm: (asked: { paymentKey: string; orderId: string; amount: number }) =>
      post('/v1/payments/confirm', asked.orderId, asked),

    /** Cancels a payment, and returns its money; without `cancelAmount`, all of it. */
    cancel: (
      { paymentKey }: TossPayment,
      idempotencyKey: string,
      asked: { cancelReason: string; cancelAmount?: number },
    ) => post(`/v1/payments/${encodeURIComponent(paymentKey)}/cancel`, idempotencyKey, asked),

    /** Returns the approvals and cancels since `since`. */
    transactionsSince: (since: Date) => listTransactions(get, since),
  };
}
export type TossApi = ReturnType<typeof tossApi>;

/** Reads the list page by page to its end. */
async function listTransactions(
  get: (path: string) => Promise<GatewayAnswer>,
  since: Date,
): Promise<TossTransaction[]> {
  const all: TossTransaction[] = [];
  const now = new Date();
  for (let last: string | undefined; ;) {
    const page = readAnswer(tossTransactions, await get(`/v1/transactions?${transactionsQuery(since, now, last)}`));
    all.push(...page);
    if (page.length < transactionsMax) return all;
    last = page.at(-1)?.transactionKey;
  }
}
