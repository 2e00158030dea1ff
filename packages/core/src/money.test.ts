import { describe, expect, test } from 'vitest';
import { multiplyAmount, sumAmounts, unitAmountMax } from './money.ts';

const largest = Number.MAX_SAFE_INTEGER;
const tooLarge = expect.objectContaining({ code: 'amount_too_large' });

describe('exact amounts', () => {
  test('a product of quantity and unit amount is exact up to the largest safe integer', () => {
    expect(multiplyAmount(1_999, 3)).toBe(5_997);
    expect(multiplyAmount(-150, 2)).toBe(-300);
    expect(multiplyAmount(largest, 1)).toBe(largest);
    expect(multiplyAmount(-largest, 1)).toBe(-largest);
    expect(() => multiplyAmount(largest, 2)).toThrow(tooLarge);
    expect(() => multiplyAmount((largest + 1) / 2, 2)).toThrow(tooLarge);
    expect(() => multiplyAmount(-(largest + 1) / 2, 2)).toThrow(tooLarge);
  });

  test('the highest unit amount can be multiplied by 9,007 and not by 9,008', () => {
    expect(unitAmountMax).toBe(10 ** 12);
    expect(multiplyAmount(unitAmountMax, 9_007)).toBe(9_007_000_000_000_000);
    expect(() => multiplyAmount(unitAmountMax, 9_008)).toThrow(tooLarge);
  });

  test('a sum is exact, the sum of nothing is 0, and no partial sum exceeds the largest safe integer', () => {
    expect(sumAmounts([])).toBe(0);
    expect(sumAmounts([1_000, -300, 0])).toBe(700);
    expect(sumAmounts([largest - 1, 1])).toBe(largest);
    expect(() => sumAmounts([largest, 1])).toThrow(tooLarge);
    expect(() => sumAmounts([largest, 1, -1])).toThrow(tooLarge);
    expect(() => sumAmounts([-largest, -1])).toThrow(tooLarge);
  });

  test('an amount with a fraction of a minor unit is rejected', () => {
    expect(() => multiplyAmount(0.1, 3)).toThrow(tooLarge);
    expect(() => sumAmounts([0.5])).toThrow(tooLarge);
  });
});
