import { mintOrderNumber } from '../order/order-number.ts';
import type { Transaction } from '@commerce-core/pg-pipeline';
import { expect, test } from 'vitest';
import { newId } from '../ids.ts';
import { nothingGivenUp, type Order, type OrderLine } from '../order/order.ts';
import { newPayment } from '../payment/payment.ts';
import { UnitOfWork } from './unit-of-work.ts';

const now = new Date('2026-01-01T00:00:00Z');

/** A transaction without a database: it has no rows, and keeps the names of the statements that it was given. */
function createRecordingTransaction() {
  const statements: string[] = [];
  const tx = {
    now,
    traceparent: null,
    send: ({ name }: { name: string }) => void statements.push(name),
    query: async ({ name }: { name: string }) => {
      statements.push(name);
      return [];
    },
    setWitness: () => {},
    notify: () => {},
  };
  // Transaction has private fields, so no other object is assignable to it.
  return { tx: tx as unknown as Transaction, statements };
}

const everything = {
  money: true,
  refundLines: true,
  credits: true,
  shipments: true,
  parcels: true,
  stocks: 'all',
} as const;

test('orders and all their parts are locked in one round trip, in the order that all flows keep', async () => {
  const { tx, statements } = createRecordingTransaction();
  const locking = UnitOfWork.lock(tx, { orderIds: [newId()], ...everything });
  // Statements of one tick share a round trip, so none may wait for another.
  expect(statements).toEqual([
    'lock_orders',
    'lock_payments_of_orders',
    'lock_refunds_of_orders',
    'lock_shipments_of_orders',
    'lock_stocks_of_orders',
    'lines_of_orders',
    'returns_of_orders',
    'return_lines_of_orders',
    'refund_lines_of_orders',
    'disputes_of_orders',
    'credits_of_orders',
    'credit_parts_of_orders',
    'lines_of_shipments_of_orders',
    'parcels_of_orders',
  ]);
  await locking;
});

test('requests of several kinds are locked by one statement a table, in the same order', async () => {
  const { tx, statements } = createRecordingTransaction();
  const locking = UnitOfWork.lock(
    tx,
    { paymentIds: [newId()], money: true, stocks: 'all' },
    { orderIds: [newId()], stocks: 'attempted' },
    { productIds: [newId()] },
  );
  expect(statements).toEqual([
    'lock_orders',
    'lock_payments_of_orders',
    'lock_refunds_of_orders',
    'lock_stocks_of_orders',
    'lines_of_orders',
    'disputes_of_orders',
  ]);
  await locking;
});

test('only requested parts are locked', async () => {
  const { tx, statements } = createRecordingTransaction();
  await UnitOfWork.lock(tx, { orderIds: [newId()] });
  expect(statements).toEqual(['lock_orders', 'lock_payments_of_orders', 'lines_of_orders']);
});

test('each table is written by one statement, however often its rows change', () => {
  const { tx, statements } = createRecordingTransaction();
  const productId = newId();
  const work = new UnitOfWork(tx, {
    stocks: new Map([[productId, { productId, availableQty: 9, reservedQty: 0, unshippedQty: 0 }]]),
  });
  for (let placed = 0; placed < 2; placed += 1) {
    const { row, line } = newOrder(productId);
    const order = work.addOrder(row, [line]);
    order.reserveStock();
    const payment = newPayment(
      {
        id: newId(),
        orderId: row.id,
        provider: 'mock',
        method: null,
        capture: 'AUTOMATIC',
        currency: 'KRW',
        amount: 5,
      },
      now,
    );
    order.addPayment(payment);
    order.setPayment({ ...payment, status: 'AUTHORIZED' });
    order.sellStock();
    order.packShipment([{ lineNo: 1, quantity: 1 }]);
    order.raiseAttention('dispute');
    order.callGateway(payment, { kind: 'POLL' });
  }
  work.write();
  expect(statements).toEqual([
    'insert_orders_but_redactedAt',
    'insert_order_lines_but_canceledQty_releasedQty_releasedAmount',
    'insert_payments_but_creditedAmount_releasedAmount',
    'insert_shipments',
    'insert_shipment_lines',
    'update_stocks',
    'insert_stock_movements',
    'insert_events_but_xid_traceparent_actor',
    'insert_gateway_calls_unless',
  ]);
  expect(work.stocks.get(productId)).toEqual({ productId, availableQty: 7, reservedQty: 0, unshippedQty: 2 });
});

test('the end of a wait for a payment sends a statement about a credit only for an order that has one', () => {
  const { tx, statements } = createRecordingTransaction();
  const work = new UnitOfWork(tx);
  const { row, line } = newOrder(newId());
  work.addOrder(row, [line]).endCreditReservation('SPENT');
  work.write();
  expect(statements.filter((name) => name.includes('credit_reservation'))).toEqual([]);
  const exchange = new UnitOfWork(tx);
  const credit: OrderLine = { ...line, lineNo: 2, kind: 'CREDIT', productId: null };
  exchange.addOrder(row, [line, credit]).endCreditReservation('SPENT');
  exchange.write();
  expect(statements.filter((name) => name.includes('credit_reservation'))).toEqual(['end_credit_reservation']);
});

test('a call that is closed in the transaction that requested it is not made', () => {
  const { tx, statements } = createRecordingTransaction();
  const work = new UnitOfWork(tx);
  const payment = { id: newId(), orderId: newId(), provider: 'mock' };
  work.callGateway(payment, { kind: 'CAPTURE', amount: 5 });
  work.closeCalls({ subjectId: payment.id, kind: 'CAPTURE', status: 'REFUSED', failureCode: 'going_back' });
  work.write();
  expect(statements).toEqual(['close_gateway_calls_of_payments']);
});

function newOrder(productId: string): { row: Order; line: OrderLine } {
  const id = newId();
  return {
    row: {
      id,
      number: mintOrderNumber(now),
      customerId: 'customer-1',
      status: 'PAYMENT_PENDING',
      fulfillmentStatus: 'UNFULFILLED',
      reservationStatus: 'HELD',
      reservedUntil: now,
      currency: 'KRW',
      shippingOptionId: null,
      totalAmount: 5,
      contact: null,
      shippingAddress: null,
      reference: null,
      metadata: null,
      redactedAt: null,
      needsAttention: null,
      attentionReasons: null,
      version: 0,
      createdAt: now,
      updatedAt: now,
    },
    line: {
      orderId: id,
      lineNo: 1,
      kind: 'PRODUCT',
      productId,
      sku: 'a-sku',
      name: 'A thing',
      quantity: 1,
      unitAmount: 5,
      amount: 5,
      discountAmount: 0,
      taxAmount: 0,
      ...nothingGivenUp,
    },
  };
}
