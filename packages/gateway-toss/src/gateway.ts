import { type ClientInitiation, type Gateway, GatewayRefusal } from '@commerce-core/core/gateway';
import { tossAmountRule, toTossAmount } from './amount.ts';
import { tossApi, type TossApiOptions } from './api.ts';
import { cancelPayment, confirmPayment, refundPayment } from './payment-calls.ts';
import { tossFacts } from './payment.ts';
import { transactionEvents } from './transactions.ts';
import { tossEvent } from './webhook.ts';

export type TossOptions = TossApiOptions & {
  /** `test_ck_…` or `live_ck_…`, for the shopper's browser. */
  clientKey: string;
  /**
   * How long a payment by `virtual_account` reserves the order's stock; defaults to 7 days. After Toss has issued the
   * account, its due date counts.
   */
  virtualAccountReservationMs?: number;
};

type TossGateway = Gateway &
  Required<Pick<Gateway, 'confirm' | 'retrieve' | 'listEvents' | 'reservationMsOf'>> & { initiation: ClientInitiation };

const dayMs = 24 * 60 * 60_000;

/**
 * The adapter for Toss Payments. The shopper agrees on Toss's page, then `confirm` takes the money at once; without
 * `confirm` no money moves. Our payment's id is Toss's `orderId`. https://docs.tosspayments.com/reference
 * @throws Error when one key is for tests and the other one is not
 */
export function tossGateway({
  clientKey,
  virtualAccountReservationMs = 7 * dayMs,
  ...options
}: TossOptions): TossGateway {
  if (options.secretKey.startsWith('test_') !== clientKey.startsWith('test_')) {
    throw new Error("Toss's keys don't belong together: one is for tests");
  }
  const api = tossApi(options);
  return {
    provider: 'toss',
    // So that no authorization lapses.
    captures: ['AUTOMATIC'],
    amountRule: tossAmountRule,
    signs: false,
    reservationMsOf: (method) => (method === 'virtual_account' ? virtualAccountReservationMs : undefined),
    receive: ({ rawBody }) => [tossEvent(rawBody)],
    initiation: {
      by: 'client',
      initiate: ({ id: orderId, amount, currency }) => ({
        provider: 'toss',
        clientKey,
        orderId,
        amount: toTossAmount(amount, currency),
      }),
    },
    confirm: (payment, paymentKey) => confirmPayment(api, payment, paymentKey),
    async retrieve(payment) {
      const found = await api.find(payment);
      return found ? tossFacts(found) : [];
    },
    async capture() {
      throw new GatewayRefusal('capture_not_supported', 'Toss captures as it approves');
    },
    cancel: (payment) => cancelPayment(api, payment),
    refund: (refund, payment) => refundPayment(api, refund, payment),
    listEvents: async (since) => (await api.transactionsSince(since)).flatMap(transactionEvents),
  };
}
