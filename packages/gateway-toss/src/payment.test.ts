import { describe, expect, test } from 'vitest';
import { newId, gatewayFact, refundReason } from '@commerce-core/core/gateway';
import { tossFacts, tossPayment } from './payment.ts';

const paymentId = newId();
const about = { paymentId, gatewayPaymentId: 'tviva_1' };
const approvedAt = '2026-02-13T12:18:14+09:00';
const base = {
  version: '2022-11-16',
  paymentKey: 'tviva_1',
  orderId: paymentId,
  orderName: 'Hats',
  method: '카드',
  currency: 'KRW',
  totalAmount: 1000,
  balanceAmount: 1000,
  approvedAt: null,
  virtualAccount: null,
  failure: null,
  cancels: null,
  status: 'READY',
};
const facts = (changes: object) => tossFacts(tossPayment.parse({ ...base, ...changes }));
const canceled = (cancelAmount: number, key: string, more: object = {}) => ({
  cancelAmount,
  cancelReason: 'Customer wants refund',
  canceledAt: approvedAt,
  transactionKey: key,
  cancelStatus: 'DONE',
  ...more,
});
const captured = gatewayFact({ type: 'CAPTURED', ...about, amount: 1000, currency: 'KRW' });
const refunded = (amount: number, key: string, refundId: string | null = null) =>
  gatewayFact({ type: 'REFUNDED', ...about, amount, currency: 'KRW', refundId, gatewayObjectId: key });

describe('each status of Toss becomes facts of this shop', () => {
  test.each<[string, object, object[]]>([
    ['READY', {}, []],
    ['IN_PROGRESS', {}, [gatewayFact({ type: 'PENDING', ...about })]],
    ['DONE', { approvedAt }, [captured]],
    [
      'ABORTED',
      { failure: { code: 'REJECT_CARD_PAYMENT', message: '한도초과' } },
      [gatewayFact({ type: 'FAILED', ...about, failureCode: 'REJECT_CARD_PAYMENT' })],
    ],
    ['EXPIRED', {}, [gatewayFact({ type: 'FAILED', ...about, failureCode: 'EXPIRED' })]],
    ['CANCELED', { approvedAt, cancels: [canceled(1000, 'T1')] }, [captured, refunded(1000, 'T1')]],
    [
      'PARTIAL_CANCELED',
      { approvedAt, balanceAmount: 500, cancels: [canceled(300, 'T1'), canceled(200, 'T2')] },
      [captured, refunded(300, 'T1'), refunded(200, 'T2')],
    ],
  ])('%s', (status, more, expected) => {
    expect(facts({ status, ...more })).toEqual(expected);
  });
});

test('a virtual account is payable until its due date in Korean time', () => {
  const pending = (dueDate: string) =>
    facts({ status: 'WAITING_FOR_DEPOSIT', virtualAccount: { dueDate, bankCode: '20' } });
  const payableUntil = new Date('2026-02-20T14:59:59Z');
  expect(pending('2026-02-20T23:59:59')).toEqual([gatewayFact({ type: 'PENDING', ...about, payableUntil })]);
  expect(pending('2026-02-20T23:59:59+09:00')).toEqual([gatewayFact({ type: 'PENDING', ...about, payableUntil })]);
  expect(() => pending('soon')).toThrow('Toss gave a time that is none');
});

test('a virtual account that is canceled before its deposit has no capture and no refund', () => {
  const given = {
    status: 'CANCELED',
    virtualAccount: { dueDate: '2026-02-20T23:59:59' },
    cancels: [canceled(1000, 'T1')],
  };
  expect(facts(given)).toEqual([gatewayFact({ type: 'CANCELED', ...about })]);
});

test('a cancel in progress is a pending refund, and an aborted one is a failed refund', () => {
  const cancels = [
    canceled(300, 'T1', { cancelStatus: 'IN_PROGRESS' }),
    canceled(200, 'T2', { cancelStatus: 'ABORTED' }),
  ];
  expect(
    facts({ status: 'PARTIAL_CANCELED', approvedAt, cancels }).map(({ type, gatewayObjectId }) => [
      type,
      gatewayObjectId,
    ]),
  ).toEqual([
    ['CAPTURED', null],
    ['REFUND_PENDING', 'T1'],
    ['REFUND_FAILED', 'T2'],
  ]);
});

test('a cancel without a cancelStatus is done', () => {
  const cancels = [{ cancelAmount: 1000, cancelReason: null, transactionKey: 'T1' }];
  expect(facts({ status: 'CANCELED', approvedAt, cancels })).toEqual([captured, refunded(1000, 'T1')]);
});

test('an amount in dollars becomes cents', () => {
  const [money] = facts({ status: 'DONE', approvedAt, currency: 'USD', totalAmount: 10.1 });
  expect(money).toMatchObject({ amount: 1010, currency: 'USD' });
});

test('a refund of this shop is identified among cancels made in the dashboard', () => {
  const refundId = newId();
  const ours = canceled(300, 'T1', { cancelReason: refundReason({ id: refundId, reason: 'requested' }) });
  const [, first, second] = facts({ status: 'PARTIAL_CANCELED', approvedAt, cancels: [ours, canceled(200, 'T2')] });
  expect([first?.refundId, second?.refundId]).toEqual([refundId, null]);
});
