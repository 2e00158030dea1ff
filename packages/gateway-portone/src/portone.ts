import {
  gatewayFact,
  type GatewayFact,
  GatewayRefusal,
  type PollableGateway,
  type GatewayPayment,
  type GatewayRefund,
  reasonOf,
  refundIdIn,
  parseSecret,
} from '@commerce-core/core/gateway';
import { portoneApi, type PortoneApiOptions } from './portone-api.ts';
import { isVirtualAccount, portoneFacts, refundFact, type PortonePayment } from './portone-payment.ts';
import { portoneEvent } from './portone-webhook.ts';

export type PortoneOptions = PortoneApiOptions & {
  /** `whsec_…`, the current one and those that are being rotated out. */
  webhookSecrets: readonly string[];
  /** Of the payment provider behind PortOne, for the shopper's browser. */
  channelKey: string;
  /** How long an attempt by `virtual_account` holds the order's stock; an account that is issued says itself until when. */
  virtualAccountHoldMs?: number;
};

const dayMs = 24 * 60 * 60_000;

/**
 * PortOne V2: the shopper pays in the browser, PortOne tells by webhook. Our payment's id is its `paymentId`; it may be
 * tried again under the same one until it is paid. https://developers.portone.io/api/rest-v2
 * @throws Error when a webhook secret is none
 */
export function portoneGateway(options: PortoneOptions): PollableGateway {
  const { webhookSecrets, storeId, channelKey, virtualAccountHoldMs = 7 * dayMs } = options;
  const keys = webhookSecrets.map(parseSecret);
  const api = portoneApi(options);

  async function open(payment: GatewayPayment) {
    const { id, amount, currency } = payment;
    try {
      await api.preRegister(payment);
    } catch (error) {
      // What was opened before may be paid by now; PortOne's page says so to the shopper.
      if (!isRefusal(error, 'ALREADY_PAID')) throw error;
    }
    const next = { provider: 'portone', storeId, channelKey, paymentId: id, totalAmount: amount, currency } as const;
    return { gatewayPaymentId: id, next };
  }

  async function cancel({ id }: GatewayPayment): Promise<GatewayFact[]> {
    const found = await api.find(id);
    // Nothing at PortOne ends an attempt that the shopper hasn't begun. What is paid all the same is told by webhook.
    if (!found) return [];
    if (found.status !== 'VIRTUAL_ACCOUNT_ISSUED') return portoneFacts(found);
    try {
      await api.closeVirtualAccount(id);
    } catch (error) {
      if (!isRefusal(error, 'PAYMENT_NOT_WAITING_FOR_DEPOSIT')) throw error;
      // The deposit came in between.
      return portoneFacts((await api.find(id)) ?? found);
    }
    return [gatewayFact({ type: 'CANCELED', paymentId: id, gatewayPaymentId: id })];
  }

  async function refund(refund: GatewayRefund, payment: GatewayPayment): Promise<GatewayFact[]> {
    const found = await api.find(payment.id);
    if (!found) throw new GatewayRefusal('PAYMENT_NOT_FOUND', 'PortOne knows no such payment');
    // PortOne forgets Idempotency-Keys.
    if (isMade(found, refund)) return portoneFacts(found);
    if (isVirtualAccount(found) && found.paidAt) {
      throw new GatewayRefusal(
        'refund_account_required',
        'money of a virtual account goes back to one that the shopper names',
      );
    }
    const left = found.amount.total - found.amount.cancelled;
    // What counts as left is certain only without discounts, and while no other cancel is under way.
    const isCertain = found.amount.discount === 0 && !found.cancellations?.some(({ status }) => status === 'REQUESTED');
    try {
      const cancellation = await api.cancel(
        {
          paymentId: payment.id,
          reason: reasonOf(refund),
          ...(refund.kind === 'VOID' ? {} : { amount: refund.amount }),
          ...(isCertain ? { currentCancellableAmount: left } : {}),
        },
        `${refund.id}-${isCertain ? left : 'any'}`,
      );
      return [refundFact(found, cancellation)];
    } catch (error) {
      if (!isRefusal(error, 'PAYMENT_ALREADY_CANCELLED')) throw error;
      const after = await api.find(payment.id);
      if (after && isMade(after, refund)) return portoneFacts(after);
      throw error;
    }
  }

  return {
    provider: 'portone',
    captures: ['AUTOMATIC'],
    signs: true,
    reservationMsOf: (method) => (method === 'virtual_account' ? virtualAccountHoldMs : undefined),
    receive: (message, now) => [portoneEvent(message, keys, now)],
    initiation: { by: 'server', initiate: open },
    async retrieve({ id }) {
      const found = await api.find(id);
      return found ? portoneFacts(found) : [];
    },
    async capture() {
      throw new GatewayRefusal('capture_not_supported', 'PortOne captures as it approves');
    },
    cancel,
    payableAfterCancel: true,
    refund,
    listEvents: (since) => api.changesSince(since),
  };
}

const isRefusal = (error: unknown, code: string): boolean => error instanceof GatewayRefusal && error.code === code;

const isMade = ({ cancellations }: PortonePayment, { id }: GatewayRefund): boolean =>
  cancellations?.some(({ reason }) => refundIdIn(reason) === id) ?? false;
