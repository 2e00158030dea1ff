import { describe, expect, test } from 'vitest';
import {
  canTransition,
  transitionOrder,
  orderStatuses,
  reservationOf,
  type Order,
  type OrderLine,
  type OrderStatus,
  nothingGivenUp,
} from './order.ts';
import { orderTotal, productLines, sumByProduct, type Priced } from './product-lines.ts';
import { quotedLines, type QuoteLine } from './quote.ts';

/** Repeats the table in code on purpose: changing a transition takes two deliberate edits. */
const allowed = [
  'CREATED → PAYMENT_PENDING',
  'CREATED → CANCELED',
  'CREATED → EXPIRED',
  'PAYMENT_PENDING → PAID',
  'PAYMENT_PENDING → PAYMENT_FAILED',
  'PAYMENT_PENDING → CANCELED',
  'PAYMENT_PENDING → EXPIRED',
  'PAYMENT_FAILED → PAYMENT_PENDING',
  'PAYMENT_FAILED → PAID',
  'PAYMENT_FAILED → CANCELED',
  'PAYMENT_FAILED → EXPIRED',
  'PAID → CANCELED',
  'EXPIRED → PAID',
];

const created = new Date('2026-01-01T00:00:00Z');
const now = new Date('2026-01-02T00:00:00Z');

const orderIn = (status: OrderStatus): Order => ({
  id: 'o',
  number: '1000-0000',
  customerId: 'c',
  status,
  fulfillmentStatus: 'UNFULFILLED',
  reservationStatus: reservationOf[status],
  reservedUntil: now,
  currency: 'KRW',
  shippingOptionId: null,
  totalAmount: 1,
  contact: null,
  shippingAddress: null,
  reference: null,
  metadata: null,
  redactedAt: null,
  needsAttention: null,
  attentionReasons: null,
  version: 1,
  createdAt: created,
  updatedAt: created,
});

describe('an order changes exactly as its state machine allows', () => {
  const pairs = orderStatuses.flatMap((from) => orderStatuses.map((to) => ({ from, to, pair: `${from} → ${to}` })));
  const legal = pairs.filter(({ pair }) => allowed.includes(pair));
  const illegal = pairs.filter(({ pair }) => !allowed.includes(pair));

  test('every pair of statuses is tested', () => {
    expect(pairs).toHaveLength(36);
    expect(legal).toHaveLength(allowed.length);
  });

  test.each(legal)('$pair is allowed', ({ from, to }) => {
    expect(canTransition(from, to)).toBe(true);
    const after = { status: to, reservationStatus: reservationOf[to], updatedAt: now };
    expect(transitionOrder(orderIn(from), to, now)).toEqual({ ...orderIn(from), ...after });
  });

  test.each(illegal)('$pair is refused', ({ from, to }) => {
    expect(canTransition(from, to)).toBe(false);
    const refusal = { code: 'invalid_transition', details: { subject: 'order', from, to } };
    expect(() => transitionOrder(orderIn(from), to, now)).toThrow(expect.objectContaining(refusal));
  });
});

test("the reservation status follows the order's status", () => {
  expect(reservationOf).toEqual({
    CREATED: 'HELD',
    PAYMENT_PENDING: 'HELD',
    PAYMENT_FAILED: 'RELEASED',
    PAID: 'COMMITTED',
    EXPIRED: 'RELEASED',
    CANCELED: 'RELEASED',
  });
});

const priced = (id: string, priceAmount: number): [string, Priced] => [
  id,
  { id, sku: `sku-${id}`, name: `Product ${id}`, priceAmount, currency: 'KRW' },
];

describe('product lines', () => {
  test('two requests for a product become one line with the sum, at the first request’s place', () => {
    const demand = sumByProduct([
      { productId: 'b', quantity: 2 },
      { productId: 'a', quantity: 1 },
      { productId: 'b', quantity: 3 },
    ]);
    expect([...demand]).toEqual([
      ['b', 5],
      ['a', 1],
    ]);
    const lines = productLines('o', demand, new Map([priced('a', 7), priced('b', 300)]));
    expect(lines).toEqual([
      {
        orderId: 'o',
        lineNo: 1,
        kind: 'PRODUCT',
        productId: 'b',
        sku: 'sku-b',
        name: 'Product b',
        quantity: 5,
        unitAmount: 300,
        amount: 1500,
        discountAmount: 0,
        taxAmount: 0,
        ...nothingGivenUp,
        paidAmount: 1500,
      },
      {
        orderId: 'o',
        lineNo: 2,
        kind: 'PRODUCT',
        productId: 'a',
        sku: 'sku-a',
        name: 'Product a',
        quantity: 1,
        unitAmount: 7,
        amount: 7,
        discountAmount: 0,
        taxAmount: 0,
        ...nothingGivenUp,
        paidAmount: 7,
      },
    ]);
  });

  test('a missing product is named in the error', () => {
    const lines = () =>
      productLines(
        'o',
        new Map([
          ['a', 1],
          ['x', 1],
        ]),
        new Map([priced('a', 7)]),
      );
    expect(lines).toThrow(expect.objectContaining({ code: 'product_not_found', details: { productIds: ['x'] } }));
  });

  test('an amount beyond exact integers is refused', () => {
    const lines = () => productLines('o', new Map([['a', 1_000_000]]), new Map([priced('a', 1_000_000_000_000)]));
    expect(lines).toThrow(expect.objectContaining({ code: 'amount_too_large' }));
  });
});

describe('quoted lines', () => {
  const quoted: QuoteLine[] = [
    { kind: 'SHIPPING', name: 'Parcel', quantity: 1, unitAmount: 3000 },
    { kind: 'DISCOUNT', name: 'Welcome', quantity: 2, unitAmount: -500 },
    { kind: 'TAX', name: 'VAT', quantity: 1, unitAmount: 0 },
  ];

  test('follow the products, name no product, and multiply quantity and unit amount', () => {
    const others = { orderId: 'o', productId: null, sku: null, discountAmount: 0, taxAmount: 0, ...nothingGivenUp };
    expect(quotedLines('o', quoted, 3)).toEqual([
      { ...quoted[0], ...others, lineNo: 3, amount: 3000, paidAmount: 3000 },
      { ...quoted[1], ...others, lineNo: 4, amount: -1000, paidAmount: 0 },
      { ...quoted[2], ...others, lineNo: 5, amount: 0, paidAmount: 0 },
    ]);
  });

  const lineOf = (amount: number) => ({ amount }) as OrderLine;

  test('add up to the total, which discounts can reduce to zero', () => {
    expect(orderTotal(quotedLines('o', quoted, 1))).toBe(2000);
    expect(orderTotal([lineOf(500), lineOf(-500)])).toBe(0);
  });

  test('are refused when the discounts exceed the other lines', () => {
    const issues = [{ path: 'lines', message: 'the discounts exceed the price of the order' }];
    const refusal = { code: 'validation_failed', details: { issues } };
    expect(() => orderTotal([lineOf(500), lineOf(-501)])).toThrow(expect.objectContaining(refusal));
  });
});
