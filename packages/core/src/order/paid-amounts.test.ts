import { describe, expect, test } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import type { LineKind, OrderLine } from './order.ts';
import { firstUnitsAmount, paidAmounts } from './paid-amounts.ts';

const orderOf = (...lines: [kind: LineKind, quantity: number, unitAmount: number][]): OrderLine[] =>
  lines.map(([kind, quantity, unitAmount], index) => ({
    orderId: 'o',
    lineNo: index + 1,
    kind,
    productId: kind === 'PRODUCT' ? 'p' : null,
    sku: null,
    name: 'A',
    quantity,
    unitAmount,
    amount: quantity * unitAmount,
  }));
const amountsOf = (lines: OrderLine[]) => Object.fromEntries(paidAmounts(lines));

describe('what the lines of an order cost', () => {
  test('includes their share of a discount', () => {
    expect(amountsOf(orderOf(['PRODUCT', 2, 1000], ['DISCOUNT', 1, -500]))).toEqual({ 1: 1500 });
  });

  test('includes their share of a tax, by their amounts, and shipping has its share', () => {
    const lines = orderOf(['PRODUCT', 1, 1000], ['PRODUCT', 1, 3000], ['SHIPPING', 1, 1000], ['TAX', 1, 500]);
    expect(amountsOf(lines)).toEqual({ 1: 1100, 2: 3300, 3: 1100 });
  });

  test('gives what rounding leaves to the largest remainders, and among equal ones to the first', () => {
    const lines = orderOf(['PRODUCT', 1, 100], ['PRODUCT', 1, 100], ['PRODUCT', 1, 100], ['DISCOUNT', 1, -100]);
    expect(amountsOf(lines)).toEqual({ 1: 67, 2: 67, 3: 66 });
  });

  test('shares a tax by units where the products are free', () => {
    expect(amountsOf(orderOf(['PRODUCT', 1, 0], ['PRODUCT', 3, 0], ['TAX', 1, 100]))).toEqual({ 1: 25, 2: 75 });
  });

  test('is nothing for an order that is discounted to nothing', () => {
    expect(amountsOf(orderOf(['PRODUCT', 3, 700], ['DISCOUNT', 1, -2100]))).toEqual({ 1: 0 });
  });
});

test('in 2,000 random orders, the lines cost the total, no line costs less than nothing, and units add up', () => {
  const random = seededRandom(12);
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  for (let round = 0; round < 2_000; round += 1) {
    // Prices in currencies of 0, 2 and 3 decimals.
    const priceMax = [9, 99_999, 1_000_000_000][round % 3] ?? 9;
    const products = Array.from({ length: 1 + upTo(4) }, (): [LineKind, number, number] => [
      'PRODUCT',
      1 + upTo(6),
      upTo(priceMax),
    ]);
    const charged = orderOf(...products, ['SHIPPING', 1, upTo(priceMax)]);
    const charge = charged.reduce((sum, { amount }) => sum + amount, 0);
    const lines = orderOf(
      ...products,
      ['SHIPPING', 1, charged.at(-1)?.unitAmount ?? 0],
      ['DISCOUNT', 1, -upTo(charge)],
      ['TAX', 1, upTo(Math.ceil(charge / 4))],
    );
    const total = lines.reduce((sum, { amount }) => sum + amount, 0);
    const paid = paidAmounts(lines);
    const amounts = [...paid.values()];
    expect(amounts.reduce((sum, amount) => sum + amount, 0)).toBe(total);
    expect(Math.min(...amounts)).toBeGreaterThanOrEqual(0);
    for (const { lineNo, quantity } of charged) {
      const lineAmount = paid.get(lineNo) ?? NaN;
      const counts = Array.from({ length: quantity + 1 }, (_, count) => firstUnitsAmount(lineAmount, quantity, count));
      expect([counts[0], counts.at(-1)]).toEqual([0, lineAmount]);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    }
  }
});
