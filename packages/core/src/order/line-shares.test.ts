import { describe, expect, test } from 'vitest';
import { CommerceError } from '../errors.ts';
import { orderLinesOf, type LineFacts } from '../testing/rows/order-lines.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { shareDiscountsAndTaxes } from './line-shares.ts';
import { isCharged } from './order.ts';

type AppliesTo = Record<number, readonly number[]>;

const share = (lines: readonly LineFacts[], appliesTo: AppliesTo = {}) =>
  shareDiscountsAndTaxes(
    orderLinesOf(...lines),
    new Map(Object.entries(appliesTo).map(([lineNo, all]) => [Number(lineNo), all])),
  );
/** [discount, tax, paid] of each line. */
const sharesOf = (lines: readonly LineFacts[], appliesTo: AppliesTo = {}) =>
  share(lines, appliesTo).map(({ discountAmount, taxAmount, paidAmount }) => [discountAmount, taxAmount, paidAmount]);
const nothing = [0, 0, 0];
const two: LineFacts[] = [
  ['PRODUCT', 1, 1000],
  ['PRODUCT', 1, 3000],
];

describe('a discount', () => {
  test('is shared by what the lines cost, shipping too, and the discount line costs nothing itself', () => {
    expect(sharesOf([...two, ['SHIPPING', 1, 1000], ['DISCOUNT', 1, -500]])).toEqual([
      [-100, 0, 900],
      [-300, 0, 2700],
      [-100, 0, 900],
      nothing,
    ]);
  });

  test('leaves what rounding leaves to the largest remainders, and among equal ones to the first', () => {
    const lines: LineFacts[] = [1, 2, 3].map(() => ['PRODUCT', 1, 100]);
    expect(sharesOf([...lines, ['DISCOUNT', 1, -100]])).toEqual([[-34, 0, 66], [-33, 0, 67], [-33, 0, 67], nothing]);
  });

  test('is shared only by the lines that it applies to, also by shipping alone', () => {
    const lines: LineFacts[] = [...two, ['SHIPPING', 1, 500], ['DISCOUNT', 1, -400], ['DISCOUNT', 1, -500]];
    expect(sharesOf(lines, { 4: [1], 5: [3] })).toEqual([[-400, 0, 600], [0, 0, 3000], [-500, 0, 0], nothing, nothing]);
  });

  test('of fewer lines is taken first, so that a discount of all lines leaves room for it', () => {
    const lines: LineFacts[] = [
      ['PRODUCT', 1, 100],
      ['PRODUCT', 1, 100],
      ['DISCOUNT', 1, -100],
      ['DISCOUNT', 1, -80],
    ];
    expect(sharesOf(lines, { 4: [1] })).toEqual([[-97, 0, 3], [-83, 0, 17], nothing, nothing]);
  });

  test('above the price of the lines that it applies to is refused', () => {
    const message = 'a discount exceeds the price of the lines that it applies to';
    const issues = [{ path: 'lines', message }];
    expect(() => share([...two, ['DISCOUNT', 1, -1001]], { 3: [1] })).toThrow(
      expect.objectContaining({ code: 'validation_failed', message, details: { issues } }),
    );
  });

  test('above the price of the order is refused', () => {
    expect(() => share([...two, ['TAX', 1, 10], ['DISCOUNT', 1, -4011]])).toThrow(
      expect.objectContaining({ code: 'validation_failed', message: 'the discounts exceed the price of the order' }),
    );
  });

  test('above the price of its lines takes the rest from their taxes', () => {
    expect(
      sharesOf([
        ['PRODUCT', 1, 1000],
        ['TAX', 1, 100],
        ['DISCOUNT', 1, -1070],
      ]),
    ).toEqual([[-1070, 100, 30], nothing, nothing]);
  });

  test('beyond exact integers is refused', () => {
    const lines: LineFacts[] = [1, 2].map(() => ['PRODUCT', 1, Number.MAX_SAFE_INTEGER]);
    expect(() => share([...lines, ['DISCOUNT', 1, -5]])).toThrow(expect.objectContaining({ code: 'amount_too_large' }));
  });
});

describe('a tax', () => {
  test('is shared by what the lines cost after their discounts', () => {
    expect(sharesOf([...two, ['DISCOUNT', 1, -2000], ['TAX', 1, 200]], { 3: [2] })).toEqual([
      [0, 100, 1100],
      [-2000, 100, 1100],
      nothing,
      nothing,
    ]);
  });

  test('is shared only by the lines that it applies to', () => {
    expect(sharesOf([...two, ['TAX', 1, 99]], { 3: [2] })).toEqual([[0, 0, 1000], [0, 99, 3099], nothing]);
  });

  test('of lines that cost nothing after their discounts is shared by their amounts', () => {
    expect(sharesOf([...two, ['DISCOUNT', 1, -4000], ['TAX', 1, 40]])).toEqual([
      [-1000, 10, 10],
      [-3000, 30, 30],
      nothing,
      nothing,
    ]);
  });

  test('of free lines is shared by their units', () => {
    expect(
      sharesOf([
        ['PRODUCT', 1, 0],
        ['PRODUCT', 3, 0],
        ['TAX', 1, 100],
      ]),
    ).toEqual([[0, 25, 25], [0, 75, 75], nothing]);
  });
});

/** The shared lines; undefined when a discount is refused. */
function sharedUnlessRefused(lines: readonly LineFacts[], appliesTo: AppliesTo) {
  try {
    return share(lines, appliesTo);
  } catch (error) {
    if (error instanceof CommerceError && error.code === 'validation_failed') return undefined;
    throw error;
  }
}

// Prices in currencies of 0, 2 and 3 decimals, and the largest that stay exact.
test.each([9, 99_999, 1_000_000_000, 100_000_000_000_000])(
  'in 1,000 random orders of prices up to %i, the shares add up and no line costs less than nothing',
  (priceMax) => {
    const random = seededRandom(priceMax);
    const upTo = (max: number) => Math.floor(random() * (max + 1));
    const refused: { total: number; appliesTo: AppliesTo }[] = [];
    for (let round = 0; round < 1_000; round += 1) {
      const charged = Array.from({ length: 1 + upTo(4) }, (_, index): LineFacts => {
        return [index > 0 && random() < 0.2 ? 'SHIPPING' : 'PRODUCT', 1 + upTo(6), upTo(priceMax)];
      });
      const charge = charged.reduce((sum, [, quantity, unitAmount]) => sum + quantity * unitAmount, 0);
      const others = Array.from({ length: 1 + upTo(4) }, (): LineFacts =>
        random() < 0.5
          ? ['DISCOUNT', 1, -upTo(Math.floor(charge / 3))]
          : ['TAX', 1 + upTo(2), upTo(Math.floor(charge / 9))],
      );
      const appliesTo: AppliesTo = {};
      others.forEach((_, index) => {
        const named = charged.flatMap((__, at) => (random() < 0.5 ? [at + 1] : []));
        if (named.length > 0 && random() < 0.5) appliesTo[charged.length + index + 1] = named;
      });
      const lines = [...charged, ...others];
      const sumOf = (kind: LineFacts[0]) =>
        lines.reduce((sum, line) => (line[0] === kind ? sum + line[1] * line[2] : sum), 0);
      const total = lines.reduce((sum, [, quantity, unitAmount]) => sum + quantity * unitAmount, 0);
      const shared = sharedUnlessRefused(lines, appliesTo);
      if (!shared) {
        refused.push({ total, appliesTo });
        continue;
      }
      expect(shared.reduce((sum, line) => sum + line.discountAmount, 0)).toBe(sumOf('DISCOUNT'));
      expect(shared.reduce((sum, line) => sum + line.taxAmount, 0)).toBe(sumOf('TAX'));
      expect(shared.reduce((sum, line) => sum + line.paidAmount, 0)).toBe(total);
      for (const line of shared) {
        const { amount, discountAmount, taxAmount, paidAmount } = line;
        expect(paidAmount).toBe(isCharged(line) ? amount + discountAmount + taxAmount : 0);
        expect(Math.min(-discountAmount, taxAmount, paidAmount)).toBeGreaterThanOrEqual(0);
      }
    }
    expect(refused.length).toBeLessThan(500);
    // Discounts of all lines are refused only when the total is below zero.
    expect(refused.filter(({ total, appliesTo }) => total >= 0 && Object.keys(appliesTo).length === 0)).toEqual([]);
  },
);
