import { gatewayFact, newId, type GatewayPayment, type GatewayRefund } from '@commerce-core/core/gateway';
import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { expect } from 'vitest';
import { portoneGateway } from './gateway.ts';

export const paymentId = newId();
export const refundId = newId();
export const about = { paymentId, gatewayPaymentId: paymentId };
export const payment: GatewayPayment = {
  id: paymentId,
  orderId: newId(),
  currency: 'KRW',
  amount: 1000,
  authorizedAmount: 0,
  capturedAmount: 0,
  capture: 'AUTOMATIC',
  method: null,
  gatewayPaymentId: paymentId,
};
export const refund: GatewayRefund = {
  id: refundId,
  kind: 'REFUND',
  amount: 300,
  currency: 'KRW',
  reason: 'requested',
  gatewayRefundId: null,
};

export const amount = { total: 1000, taxFree: 0, discount: 0, paid: 1000, cancelled: 0, cancelledTaxFree: 0 };
export const paymentObject = (changes: object = {}) => ({
  status: 'PAID',
  id: paymentId,
  currency: 'KRW',
  amount,
  paidAt: '2026-02-13T03:18:14Z',
  ...changes,
});
export const paid = paymentObject();
export const ready = paymentObject({ status: 'READY', paidAt: undefined });
export const account = { type: 'PaymentMethodVirtualAccount', expiredAt: '2026-02-20T14:59:59Z' };
export const waiting = paymentObject({ status: 'VIRTUAL_ACCOUNT_ISSUED', paidAt: undefined, method: account });
export const cancellation = {
  status: 'SUCCEEDED',
  id: 'c1',
  totalAmount: 300,
  reason: `requested [refund ${refundId}]`,
};
export const partlyRefunded = paymentObject({
  status: 'PARTIAL_CANCELLED',
  amount: { ...amount, cancelled: 300 },
  cancellations: [cancellation],
});
export const refunded = gatewayFact({
  type: 'REFUNDED',
  ...about,
  amount: 300,
  currency: 'KRW',
  refundId,
  gatewayObjectId: 'c1',
});

export const ok = (body: unknown): FakeApiResponse => ({ status: 200, body });
export const refusalAnswer = (status: number, type: string): FakeApiResponse => ({
  status,
  body: { type, message: '한국어' },
});
export const missing = refusalAnswer(404, 'PAYMENT_NOT_FOUND');
export const types = (facts: { type: string }[]) => facts.map(({ type }) => type);
export const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });

export const path = `/payments/${paymentId}`;
export const finding = `GET ${path}?storeId=store-1`;
export const registering = `POST ${path}/pre-register`;
export const canceling = `POST ${path}/cancel`;
export const closing = `POST ${path}/virtual-account/close?storeId=store-1`;

/**
 * The adapter and an emulated PortOne, which gives each call's answers one after the other and repeats the last one.
 */
export async function startPortone(answers: Record<string, FakeApiResponse[]>) {
  const {
    url,
    requests: asked,
    calls,
  } = await startFakeGatewayApi(({ call }) => {
    const list = answers[call] ?? [missing];
    return (list.length > 1 ? list.shift() : list[0]) ?? missing;
  });
  const isSilent = Object.values(answers).flat().includes('silence');
  const gateway = portoneGateway({
    apiSecret: 'secret-1',
    storeId: 'store-1',
    channelKey: 'channel-1',
    url,
    policy: { timeoutMs: isSilent ? 200 : 10_000, triesMax: 2 },
    webhookSecrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`],
  });
  const initiate = () => gateway.initiation.initiate(payment);
  return { gateway, initiate, asked, calls };
}
