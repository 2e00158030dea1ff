import { afterEach, expect, test, vi } from 'vitest';
import { mintOrderNumber, numbersADay, orderNumberIn } from './order-number.ts';

afterEach(() => void vi.restoreAllMocks());

const now = new Date('2026-11-28T12:00:00Z');

test('a number has eight characters of base 32 in two groups, and the same first one all day', () => {
  const numbers = Array.from({ length: 1_000 }, () => mintOrderNumber(now));
  for (const number of numbers) expect(number).toMatch(/^[1-9A-HJKMNP-TV-Z][\dA-HJKMNP-TV-Z]{3}-[\dA-HJKMNP-TV-Z]{4}$/);
  expect(new Set(numbers.map((number) => number[0])).size).toBe(1);
  const days = Array.from({ length: 31 }, (_, day) => mintOrderNumber(new Date(now.getTime() + day * 86_400_000))[0]);
  expect(new Set(days).size).toBe(31);
});

test('the smallest and the largest random value have eight characters, too', () => {
  vi.spyOn(Math, 'random')
    .mockReturnValueOnce(0)
    .mockReturnValueOnce(1 - 2 ** -53);
  expect(mintOrderNumber(now).slice(1)).toBe('000-0000');
  expect(mintOrderNumber(now).slice(1)).toBe('ZZZ-ZZZZ');
});

test('among 1,000,000 numbers of one day, fewer than 50 are minted twice', () => {
  const count = 1_000_000;
  // The mean is 14.6; 50 has a probability below 10^-11.
  expect(count ** 2 / 2 / numbersADay).toBeCloseTo(14.6, 1);
  const numbers = new Set(Array.from({ length: count }, () => mintOrderNumber(now)));
  expect(count - numbers.size).toBeLessThan(50);
});

test('with 10,000,000 orders on one day, fewer than one order in 3,000 needs another number', () => {
  expect(10_000_000 / numbersADay).toBeLessThan(1 / 3_000);
});

test.each([
  ['4F7K-29QD', '4F7K-29QD'],
  ['4f7k29qd', '4F7K-29QD'],
  [' 4f7k 29qd ', '4F7K-29QD'],
  ['1O0i-lLqd', '1001-11QD'],
])('%j is read as %s', (text, number) => {
  expect(orderNumberIn(text)).toBe(number);
});

test.each(['', '4F7K', '4F7K-29Q', '4F7K-29QDD', '4F-7K29QD', '4F7K-29QU', '0199d3c4', 'O199d3c4', '4F7K--29QD'])(
  '%j is no number: it is too short or too long, has a U, or begins like an id',
  (text) => {
    expect(orderNumberIn(text)).toBeUndefined();
  },
);
