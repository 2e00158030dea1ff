import { describe, expect, test } from 'vitest';
import { multiplyAmount, sumAmounts, unitAmountMax } from './money.ts';

const most = Number.MAX_SAFE_INTEGER;
const tooLarge = expect.objectContaining({ code: 'amount_too_large' });

describe('an amount is exact, or refused', () => {
  test('quantity times unit amount works up to the last exact integer', () => {
    expect(multiplyAmount(1_999, 3)).toBe(5_997);
    expect(multiplyAmount(-150, 2)).toBe(-300);
    expect(multiplyAmount(most, 1)).toBe(most);
    expect(multiplyAmount(-most, 1)).toBe(-most);
    expect(() => multiplyAmount(most, 2)).toThrow(tooLarge);
    expect(() => multiplyAmount((most + 1) / 2, 2)).toThrow(tooLarge);
    expect(() => multiplyAmount(-(most + 1) / 2, 2)).toThrow(tooLarge);
  });

  test('the highest unit price can be multiplied by 9,007, not by 9,008', () => {
    expect(unitAmountMax).toBe(10 ** 12);
    expect(multiplyAmount(unitAmountMax, 9_007)).toBe(9_007_000_000_000_000);
    expect(() => multiplyAmount(unitAmountMax, 9_008)).toThrow(tooLarge);
  });

  test('every partial sum stays within the same bound, and an empty sum is zero', () => {
    expect(sumAmounts([])).toBe(0);
    expect(sumAmounts([1_000, -300, 0])).toBe(700);
    expect(sumAmounts([most - 1, 1])).toBe(most);
    expect(() => sumAmounts([most, 1])).toThrow(tooLarge);
    expect(() => sumAmounts([most, 1, -1])).toThrow(tooLarge);
    expect(() => sumAmounts([-most, -1])).toThrow(tooLarge);
  });

  test('a fraction of a minor unit is refused', () => {
    expect(() => multiplyAmount(0.1, 3)).toThrow(tooLarge);
    expect(() => sumAmounts([0.5])).toThrow(tooLarge);
  });
});
