import { newId, type GatewayPayment, type GatewayRefund } from '@commerce-core/core/gateway';
import { startFakeGatewayApi, type FakeApiResponse } from '@commerce-core/core/testing';
import { expect } from 'vitest';
import { tossGateway } from './gateway.ts';

export const paymentId = newId();
export const refundId = newId();
export const payment: GatewayPayment = {
  id: paymentId,
  orderId: newId(),
  currency: 'KRW',
  amount: 1000,
  authorizedAmount: 0,
  capturedAmount: 0,
  capture: 'AUTOMATIC',
  method: null,
  gatewayPaymentId: null,
};
export const knownPayment = { ...payment, gatewayPaymentId: 'tviva_1' };
export const refund: GatewayRefund = {
  id: refundId,
  kind: 'REFUND',
  amount: 300,
  currency: 'KRW',
  reason: 'requested',
  gatewayRefundId: null,
};

export const at = '2026-02-13T12:18:14+09:00';
export const paymentObject = (changes: object = {}) => ({
  paymentKey: 'tviva_1',
  orderId: paymentId,
  status: 'DONE',
  currency: 'KRW',
  totalAmount: 1000,
  approvedAt: at,
  virtualAccount: null,
  failure: null,
  cancels: null,
  ...changes,
});
export const paid = paymentObject();
export const ready = paymentObject({ status: 'READY', approvedAt: null });
export const waiting = paymentObject({
  status: 'WAITING_FOR_DEPOSIT',
  approvedAt: null,
  virtualAccount: { dueDate: '2026-02-20T23:59:59' },
});
export const refunded = paymentObject({
  status: 'PARTIAL_CANCELED',
  cancels: [
    { cancelAmount: 300, cancelReason: `requested [refund ${refundId}]`, transactionKey: 'T1', cancelStatus: 'DONE' },
  ],
});
export const missing: FakeApiResponse = {
  status: 404,
  body: { code: 'NOT_FOUND_PAYMENT', message: '존재하지 않는 결제 입니다.' },
};
export const refusalAnswer = (status: number, code: string): FakeApiResponse => ({
  status,
  body: { code, message: '한국어' },
});
export const types = (facts: { type: string }[]) => facts.map(({ type }) => type);

export const byKey = 'GET /v1/payments/tviva_1';
export const byOrder = `GET /v1/payments/orders/${paymentId}`;
export const confirming = 'POST /v1/payments/confirm';
export const canceling = 'POST /v1/payments/tviva_1/cancel';

/** The adapter and an emulated Toss, which gives each call's answers one after the other and repeats the last one. */
export async function startToss(answers: Record<string, FakeApiResponse[]>) {
  const {
    url,
    requests: asked,
    calls,
  } = await startFakeGatewayApi(({ call }) => {
    const list = answers[call] ?? [missing];
    return (list.length > 1 ? list.shift() : list[0]) ?? missing;
  });
  const isSilent = Object.values(answers).flat().includes('silence');
  const policy = { timeoutMs: isSilent ? 200 : 10_000, triesMax: 2 };
  return { gateway: tossGateway({ secretKey: 'test_sk_1', clientKey: 'test_ck_1', url, policy }), asked, calls };
}
export const ok = (body: unknown): FakeApiResponse => ({ status: 200, body });
export const refusal = (code: string) => expect.objectContaining({ name: 'GatewayRefusal', code });
