import { describe, expect, test } from 'vitest';
import { newId, gatewayFact, refundReason } from '@commerce-core/core/gateway';
import { portoneFacts, portonePayment } from './payment.ts';

const paymentId = newId();
const refundId = newId();
const about = { paymentId, gatewayPaymentId: paymentId };
const paidAt = '2026-02-13T03:18:14Z';
const base = {
  status: 'READY',
  id: paymentId,
  transactionId: 'tx-1',
  merchantId: 'm',
  storeId: 'store-1',
  version: 'V2',
  currency: 'KRW',
  amount: { total: 1000, taxFree: 0, discount: 0, paid: 1000, cancelled: 0, cancelledTaxFree: 0 },
  orderName: 'Hats',
};
const facts = (changes: object) => portoneFacts(portonePayment.parse({ ...base, ...changes }));
const cancellation = (totalAmount: number, id: string, more: object = {}) => ({
  status: 'SUCCEEDED',
  id,
  totalAmount,
  taxFreeAmount: 0,
  vatAmount: 0,
  reason: 'Customer wants refund',
  requestedAt: paidAt,
  ...more,
});
const captured = gatewayFact({ type: 'CAPTURED', ...about, amount: 1000, currency: 'KRW' });
const refunded = (amount: number, gatewayObjectId: string, more: object = {}) =>
  gatewayFact({ type: 'REFUNDED', ...about, amount, currency: 'KRW', gatewayObjectId, ...more });
const account = { type: 'PaymentMethodVirtualAccount', accountNumber: '1', expiredAt: '2026-02-20T14:59:59Z' };

describe('each status of PortOne becomes facts of this shop', () => {
  test.each<[string, object, object[]]>([
    ['READY', {}, []],
    ['PAY_PENDING', {}, [gatewayFact({ type: 'PENDING', ...about })]],
    [
      'VIRTUAL_ACCOUNT_ISSUED',
      { method: account },
      [gatewayFact({ type: 'PENDING', ...about, payableUntil: new Date('2026-02-20T14:59:59Z') })],
    ],
    ['PAID', { paidAt, disputes: [] }, [captured]],
    [
      'FAILED',
      { failedAt: paidAt, failure: { reason: 'Limit exceeded', pgCode: 'EXCEED_LIMIT' } },
      [gatewayFact({ type: 'ATTEMPT_FAILED', ...about, failureCode: 'EXCEED_LIMIT' })],
    ],
    [
      'FAILED',
      { failure: { reason: 'Limit exceeded' } },
      [gatewayFact({ type: 'ATTEMPT_FAILED', ...about, failureCode: 'Limit exceeded' })],
    ],
    ['FAILED', { failure: {} }, [gatewayFact({ type: 'ATTEMPT_FAILED', ...about, failureCode: 'FAILED' })]],
    [
      'PARTIAL_CANCELLED',
      { paidAt, cancellations: [cancellation(300, 'c1'), cancellation(200, 'c2')] },
      [captured, refunded(300, 'c1'), refunded(200, 'c2')],
    ],
    ['CANCELLED', { paidAt, cancellations: [cancellation(1000, 'c1')] }, [captured, refunded(1000, 'c1')]],
    ['CANCELLED', { cancellations: [cancellation(1000, 'c1')] }, [captured, refunded(1000, 'c1')]],
    ['CANCELLED', { method: account, cancellations: [] }, [gatewayFact({ type: 'CANCELED', ...about })]],
  ])('%s %j', (status, more, expected) => {
    expect(facts({ status, ...more })).toEqual(expected);
  });
});

test("a discount by the card's issuer doesn't reduce the captured amount", () => {
  const amount = { ...base.amount, discount: 100, paid: 900 };
  expect(facts({ status: 'PAID', paidAt, amount })).toEqual([captured]);
});

test('a refund of this shop is identified by its reason, whether pending, done or failed', () => {
  const reason = refundReason({ id: refundId, reason: 'requested' });
  const cancellations = [
    cancellation(100, 'c1', { reason, status: 'REQUESTED' }),
    cancellation(200, 'c2', { reason }),
    cancellation(300, 'c3', { status: 'FAILED' }),
  ];
  expect(facts({ status: 'PARTIAL_CANCELLED', paidAt, cancellations }).slice(1)).toEqual([
    refunded(100, 'c1', { refundId, type: 'REFUND_PENDING' }),
    refunded(200, 'c2', { refundId }),
    refunded(300, 'c3', { type: 'REFUND_FAILED' }),
  ]);
});

test('a dispute is reported as opened, also when it is resolved', () => {
  const disputes = [
    { status: 'UNRESOLVED', pgDisputeId: 'PP-1', reason: 'r', createdAt: paidAt },
    { status: 'RESOLVED', reason: 'r', createdAt: paidAt, resolvedAt: paidAt },
  ];
  expect(facts({ status: 'PAID', paidAt, disputes }).slice(1)).toEqual([
    refunded(1000, 'PP-1', { type: 'DISPUTE_OPENED' }),
    refunded(1000, `dispute of ${paidAt}`, { type: 'DISPUTE_OPENED' }),
  ]);
});

test.each([
  ['an unknown status', { status: 'HALTED' }],
  ['a fraction of a won', { status: 'PAID', amount: { ...base.amount, total: 10.5 } }],
  [
    'an unknown status of a cancellation',
    { status: 'PAID', cancellations: [cancellation(1, 'c1', { status: 'HALTED' })] },
  ],
])('%s throws', (_, changes) => {
  expect(() => facts(changes)).toThrow();
});
