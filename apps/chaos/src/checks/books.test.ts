import { expect, test } from 'vitest';
import type { BookEntry } from '../setup/gateway.ts';
import { checkMoney, differences } from './books.ts';
import type { PaymentRow, RefundRow, State } from './state.ts';

const id = 'payment-1';
const base = {
  id,
  orderId: 'order-1',
  provider: 'mock',
  status: 'CREATED',
  currency: 'KRW',
  amount: 1_000,
  authorizedAmount: 0,
  capturedAmount: 0,
  refundedAmount: 0,
  surplus: false,
  failureCode: null,
  reportedAmount: null,
  reportedCurrency: null,
} satisfies PaymentRow;
const authorized = { ...base, status: 'AUTHORIZED', authorizedAmount: 1_000 };
const captured = { ...authorized, status: 'CAPTURED', capturedAmount: 1_000 };
const voided = { ...authorized, status: 'CANCELED' };
const lost = { ...voided, failureCode: 'authorization_lost' };
const undone = { id: 'refund-1', paymentId: id, orderId: 'order-1', kind: 'VOID', status: 'SUCCEEDED', amount: 1_000 };

const nothing = { authorizedAmount: 0, capturedAmount: 0, releasedAmount: 0, refundedAmount: 0 };
const entry = { paymentId: id, currency: 'KRW', state: 'CREATED', ...nothing, refunds: [], disputes: [], events: [] };
const heldThere = { ...entry, state: 'AUTHORIZED', authorizedAmount: 1_000 };
const capturedThere = { ...heldThere, state: 'CAPTURED', capturedAmount: 1_000 };
const releasedThere = { ...heldThere, state: 'CANCELED', releasedAmount: 1_000 };
const refundedThere = {
  ...capturedThere,
  refundedAmount: 1_000,
  refunds: [{ id: 're-1', refundId: null, amount: 1_000, status: 'SUCCEEDED', failureCode: null }],
};
const partRefundedThere = {
  ...capturedThere,
  capturedAmount: 400,
  releasedAmount: 600,
  refundedAmount: 400,
  refunds: [{ id: 're-1', refundId: 'refund-1', amount: 400, status: 'SUCCEEDED', failureCode: null }],
};

/** The two books about one payment. The parts that the checks don't read are left out. */
function booksOf(payment: PaymentRow, there: object, refunds: object[] = [], orderStatus = 'PAID'): State {
  return {
    orders: new Map([['order-1', { id: 'order-1', status: orderStatus, reference: null, needsAttention: null }]]),
    payments: new Map([[id, payment]]),
    refundsOf: new Map([[id, refunds as RefundRow[]]]),
    disputesOf: new Map(),
    book: new Map([[id, there as BookEntry]]),
  };
}

test.each<[string, PaymentRow, object, object[]]>([
  ['an authorization in both', authorized, heldThere, []],
  ['a capture in both', captured, capturedThere, []],
  ['an authorization that the shop voided', voided, releasedThere, [undone]],
  ['an authorization that the gateway released by itself', lost, releasedThere, []],
  [
    'an approval that the shop never heard of, released by the shop’s cancel',
    { ...base, status: 'CANCELED' },
    releasedThere,
    [],
  ],
  ['a voided authorization of which a part had been captured', voided, partRefundedThere, [undone]],
])('the books agree about %s', (_, payment, there, refunds) => {
  expect(differences(booksOf(payment, there, refunds), id)).toEqual([]);
});

test.each<[string, PaymentRow, object, string]>([
  ['released at the gateway alone', authorized, releasedThere, 'left: 1000, the gateway 0'],
  ['voided in the shop without a refund', voided, releasedThere, 'sent back: [], the gateway [1000]'],
  ['lost in the shop alone', lost, heldThere, 'left: 0, the gateway 1000'],
  ['lost in the shop and captured at the gateway', lost, capturedThere, 'left: 0, the gateway 1000'],
  ['lost in the shop, captured and refunded at the gateway', lost, refundedThere, 'sent back: [], the gateway [1000]'],
  [
    'lost in the shop with another amount',
    { ...lost, authorizedAmount: 999 },
    releasedThere,
    'authorized: 999, the gateway 1000',
  ],
])('the books differ about an authorization that is %s', (_, payment, there, difference) => {
  expect(differences(booksOf(payment, there), id)).toContain(difference);
});

test('money at the gateway that its order does not need is a finding, and money that was released is none', () => {
  expect(checkMoney(booksOf(lost, releasedThere, [], 'CANCELED'))).toEqual([]);
  expect(checkMoney(booksOf(lost, capturedThere, [], 'CANCELED'))).toHaveLength(1);
  expect(checkMoney(booksOf(captured, capturedThere))).toEqual([]);
});
