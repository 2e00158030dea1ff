import { describe, expect, test } from 'vitest';
import {
  approvePayment,
  isLive,
  isApproved,
  paysForOrder,
  transitionPayment,
  newPayment,
  paymentStatuses,
  type Payment,
  type PaymentStatus,
} from './payment.ts';

/** Repeats the table in code on purpose: changing a transition takes two deliberate edits. */
const allowed = [
  'CREATED → PENDING',
  'CREATED → AUTHORIZED',
  'CREATED → CAPTURED',
  'CREATED → FAILED',
  'CREATED → CANCELED',
  'CREATED → REVIEW',
  'PENDING → AUTHORIZED',
  'PENDING → CAPTURED',
  'PENDING → FAILED',
  'PENDING → CANCELED',
  'PENDING → REVIEW',
  'FAILED → AUTHORIZED',
  'FAILED → CAPTURED',
  'FAILED → REVIEW',
  'CANCELED → AUTHORIZED',
  'CANCELED → CAPTURED',
  'AUTHORIZED → CAPTURED',
  'AUTHORIZED → CANCELED',
  'REVIEW → AUTHORIZED',
  'REVIEW → CAPTURED',
  'REVIEW → CANCELED',
];

const created = new Date('2026-01-01T00:00:00Z');
const now = new Date('2026-01-02T00:00:00Z');
const attempt = newPayment(
  { id: 'p', orderId: 'o', provider: 'mock', method: null, capture: 'MANUAL', currency: 'KRW', amount: 1200 },
  created,
);
const paymentIn = (status: PaymentStatus): Payment => ({ ...attempt, status });

describe('a payment changes exactly as its state machine allows', () => {
  const pairs = paymentStatuses.flatMap((from) => paymentStatuses.map((to) => ({ from, to, pair: `${from} → ${to}` })));
  const legal = pairs.filter(({ pair }) => allowed.includes(pair));
  const illegal = pairs.filter(({ pair }) => !allowed.includes(pair));

  test('every pair of statuses is tested', () => {
    expect(pairs).toHaveLength(49);
    expect(legal).toHaveLength(allowed.length);
  });

  test.each(legal)('$pair is allowed', ({ from, to }) => {
    expect(transitionPayment(paymentIn(from), to, now)).toEqual({ ...paymentIn(from), status: to, updatedAt: now });
  });

  test.each(illegal)('$pair is refused', ({ from, to }) => {
    const refusal = { code: 'invalid_transition', details: { subject: 'payment', from, to } };
    expect(() => transitionPayment(paymentIn(from), to, now)).toThrow(expect.objectContaining(refusal));
  });
});

test('a new attempt is live and has no money', () => {
  expect(attempt).toEqual({
    id: 'p',
    orderId: 'o',
    provider: 'mock',
    method: null,
    capture: 'MANUAL',
    gatewayPaymentId: null,
    status: 'CREATED',
    currency: 'KRW',
    amount: 1200,
    authorizedAmount: 0,
    capturedAmount: 0,
    refundedAmount: 0,
    creditedAmount: 0,
    refundReservedAmount: 0,
    releasedAmount: 0,
    surplus: false,
    failureCode: null,
    reportedAmount: null,
    reportedCurrency: null,
    reportedCaptured: false,
    canceledAtGateway: false,
    polledAt: null,
    lapseWarningAt: null,
    captureOverdueAt: null,
    createdAt: created,
    updatedAt: created,
  });
});

test('an approval covers the whole amount and clears an earlier failure', () => {
  const failed = { ...paymentIn('FAILED'), failureCode: 'declined' };
  expect(approvePayment(failed, { captured: false, surplus: false }, now)).toEqual({
    ...attempt,
    status: 'AUTHORIZED',
    authorizedAmount: 1200,
    failureCode: null,
    surplus: false,
    updatedAt: now,
  });
  expect(approvePayment(paymentIn('CANCELED'), { captured: false, surplus: true }, now).surplus).toBe(true);
  const again = () => approvePayment(paymentIn('CAPTURED'), { captured: true, surplus: false }, now);
  expect(again).toThrow(expect.objectContaining({ code: 'invalid_transition' }));
});

test('a payment is live, approved, or pays for its order according to its status and surplus', () => {
  const which = (is: (payment: Payment) => boolean) => paymentStatuses.filter((status) => is(paymentIn(status)));
  expect(which(isLive)).toEqual(['CREATED', 'PENDING', 'REVIEW']);
  expect(which(isApproved)).toEqual(['AUTHORIZED', 'CAPTURED']);
  expect(which(paysForOrder)).toEqual(['AUTHORIZED', 'CAPTURED']);
  expect(paymentStatuses.filter((status) => paysForOrder({ ...paymentIn(status), surplus: true }))).toEqual([]);
});
