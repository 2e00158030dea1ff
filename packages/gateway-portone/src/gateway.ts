import { type Gateway, GatewayRefusal, parseSecret, type ServerInitiation } from '@commerce-core/core/gateway';
import { portoneAmountRule } from './amount.ts';
import { portoneApi, type PortoneApiOptions } from './api.ts';
import { cancelPayment, refundPayment, registerPayment } from './payment-calls.ts';
import { portoneFacts } from './payment.ts';
import { portoneEvent } from './webhook.ts';

export type PortoneOptions = PortoneApiOptions & {
  /** `whsec_…`: the current one, and those that are being rotated out. */
  webhookSecrets: readonly string[];
  /** The channel of the payment provider behind PortOne, for the shopper's browser. */
  channelKey: string;
  /**
   * How long a payment by `virtual_account` reserves the order's stock; defaults to 7 days. After PortOne has issued
   * the account, its expiry counts.
   */
  virtualAccountReservationMs?: number;
};

type PortoneGateway = Gateway &
  Required<Pick<Gateway, 'retrieve' | 'listEvents' | 'reservationMsOf'>> & { initiation: ServerInitiation };

const dayMs = 24 * 60 * 60_000;

/**
 * The adapter for PortOne V2. The shopper pays in the browser, and PortOne sends a webhook. Our payment's id is
 * PortOne's `paymentId`; the shopper may try again under the same id until it is paid.
 * https://developers.portone.io/api/rest-v2
 * @throws Error when a webhook secret isn't one
 */
export function portoneGateway(options: PortoneOptions): PortoneGateway {
  const { webhookSecrets, storeId, channelKey, virtualAccountReservationMs = 7 * dayMs } = options;
  const keys = webhookSecrets.map(parseSecret);
  const api = portoneApi(options);
  return {
    provider: 'portone',
    // So that no authorization lapses.
    captures: ['AUTOMATIC'],
    amountRule: portoneAmountRule,
    signs: true,
    reservationMsOf: (method) => (method === 'virtual_account' ? virtualAccountReservationMs : undefined),
    receive: (message, now) => [portoneEvent(message, keys, now)],
    initiation: {
      by: 'server',
      async initiate(payment) {
        await registerPayment(api, payment);
        const { id: paymentId, amount: totalAmount, currency } = payment;
        return {
          gatewayPaymentId: paymentId,
          next: { provider: 'portone', storeId, channelKey, paymentId, totalAmount, currency },
        };
      },
    },
    async retrieve({ id }) {
      const found = await api.find(id);
      return found ? portoneFacts(found) : [];
    },
    async capture() {
      throw new GatewayRefusal('capture_not_supported', 'PortOne captures as it approves');
    },
    cancel: (payment) => cancelPayment(api, payment),
    payableAfterCancel: true,
    refund: (refund, payment) => refundPayment(api, refund, payment),
    listEvents: (since) => api.changesSince(since),
  };
}
