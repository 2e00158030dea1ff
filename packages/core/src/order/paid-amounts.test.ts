import { describe, expect, test } from 'vitest';
import { orderLinesOf, type LineFacts } from '../testing/rows/order-lines.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { firstUnitsAmount, paidAmounts, viewLines } from './paid-amounts.ts';

const amountsOf = (lines: ReturnType<typeof orderLinesOf>) => Object.fromEntries(paidAmounts(lines));

describe('what the lines of an order without stored shares cost', () => {
  test('includes their share of a discount', () => {
    expect(amountsOf(orderLinesOf(['PRODUCT', 2, 1000], ['DISCOUNT', 1, -500]))).toEqual({ 1: 1500 });
  });

  test('includes their share of a tax, by their amounts, and shipping has its share', () => {
    const lines = orderLinesOf(['PRODUCT', 1, 1000], ['PRODUCT', 1, 3000], ['SHIPPING', 1, 1000], ['TAX', 1, 500]);
    expect(amountsOf(lines)).toEqual({ 1: 1100, 2: 3300, 3: 1100 });
  });

  test('gives what rounding leaves to the largest remainders, and among equal ones to the first', () => {
    const lines = orderLinesOf(['PRODUCT', 1, 100], ['PRODUCT', 1, 100], ['PRODUCT', 1, 100], ['DISCOUNT', 1, -100]);
    expect(amountsOf(lines)).toEqual({ 1: 67, 2: 67, 3: 66 });
  });

  test('shares a tax by units where the products are free', () => {
    expect(amountsOf(orderLinesOf(['PRODUCT', 1, 0], ['PRODUCT', 3, 0], ['TAX', 1, 100]))).toEqual({ 1: 25, 2: 75 });
  });

  test('is nothing for an order that is discounted to nothing', () => {
    expect(amountsOf(orderLinesOf(['PRODUCT', 3, 700], ['DISCOUNT', 1, -2100]))).toEqual({ 1: 0 });
  });
});

describe('the lines of an order as callers see them', () => {
  test('have the stored shares, and not those that their amounts would give', () => {
    const lines = orderLinesOf(['PRODUCT', 2, 1000], ['SHIPPING', 1, 300], ['DISCOUNT', 1, -500]);
    const stored = lines.map((line) => ({ ...line, discountAmount: line.lineNo === 1 ? -500 : 0, taxAmount: 0 }));
    expect(viewLines(stored)).toMatchObject([
      { discountAmount: -500, taxAmount: 0, paidAmount: 1500 },
      { discountAmount: 0, taxAmount: 0, paidAmount: 300 },
      { discountAmount: 0, taxAmount: 0, paidAmount: 0 },
    ]);
  });

  test('have shares that give what was paid where an earlier version stored none', () => {
    const lines = orderLinesOf(['PRODUCT', 1, 100], ['PRODUCT', 1, 300], ['DISCOUNT', 1, -40], ['TAX', 1, 20]);
    expect(viewLines(lines)).toMatchObject([
      { discountAmount: -10, taxAmount: 5, paidAmount: 95 },
      { discountAmount: -30, taxAmount: 15, paidAmount: 285 },
      { discountAmount: 0, taxAmount: 0, paidAmount: 0 },
      { discountAmount: 0, taxAmount: 0, paidAmount: 0 },
    ]);
  });
});

test('in 2,000 random orders, the lines cost the total, no line costs less than nothing, and units add up', () => {
  const random = seededRandom(12);
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  for (let round = 0; round < 2_000; round += 1) {
    // Prices in currencies of 0, 2 and 3 decimals.
    const priceMax = [9, 99_999, 1_000_000_000][round % 3] ?? 9;
    const products = Array.from({ length: 1 + upTo(4) }, (): LineFacts => ['PRODUCT', 1 + upTo(6), upTo(priceMax)]);
    const charged = orderLinesOf(...products, ['SHIPPING', 1, upTo(priceMax)]);
    const charge = charged.reduce((sum, { amount }) => sum + amount, 0);
    const lines = orderLinesOf(
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
    for (const line of viewLines(lines)) {
      const { amount, discountAmount, taxAmount, paidAmount } = line;
      expect(Math.min(-discountAmount, taxAmount)).toBeGreaterThanOrEqual(0);
      expect(paid.has(line.lineNo) ? amount + discountAmount + taxAmount : 0).toBe(paidAmount);
    }
    for (const { lineNo, quantity } of charged) {
      const lineAmount = paid.get(lineNo) ?? NaN;
      const counts = Array.from({ length: quantity + 1 }, (_, count) => firstUnitsAmount(lineAmount, quantity, count));
      expect([counts[0], counts.at(-1)]).toEqual([0, lineAmount]);
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    }
  }
});
