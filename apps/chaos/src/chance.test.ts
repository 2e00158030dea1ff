import { expect, test } from 'vitest';
import { chanceOf } from './chance.ts';

const keys = Array.from({ length: 2_000 }, (_, n) => `key ${n}`);

test('the same seed and key decide the same, in whatever order they are asked', () => {
  const drawn = (order: readonly string[]) => {
    const chance = chanceOf(7);
    return new Map(order.map((key) => [key, chance.fraction(key)]));
  };
  const backwards = drawn(keys.toReversed());
  for (const [key, fraction] of drawn(keys)) expect(backwards.get(key)).toBe(fraction);
  expect(chanceOf(8).fraction(keys[0]!)).not.toBe(chanceOf(7).fraction(keys[0]!));
});

test('what is drawn keeps to its bounds and comes as often as it should', () => {
  const chance = chanceOf(7);
  const rolls = keys.map((key) => chance.whole(key, 1, 6));
  expect(new Set(rolls)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  const named = Object.groupBy(keys, (key) => chance.weighed(key, { often: 3, seldom: 1, never: 0 }));
  expect(named.never).toBeUndefined();
  expect(named.often!.length / named.seldom!.length).toBeGreaterThan(2.4);
  expect(named.often!.length / named.seldom!.length).toBeLessThan(3.7);
});
