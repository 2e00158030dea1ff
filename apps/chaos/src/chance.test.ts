import { expect, test } from 'vitest';
import { chanceOf } from './chance.ts';
import { present } from './present.ts';

const keys = Array.from({ length: 2_000 }, (_, n) => `key ${n}`);

test('the same seed and key decide the same in any order', () => {
  const drawn = (order: readonly string[]) => {
    const chance = chanceOf(7);
    return new Map(order.map((key) => [key, chance.fraction(key)]));
  };
  const backwards = drawn(keys.toReversed());
  for (const [key, fraction] of drawn(keys)) expect(backwards.get(key)).toBe(fraction);
  expect(chanceOf(8).fraction('key 0')).not.toBe(chanceOf(7).fraction('key 0'));
});

test('decisions keep to their bounds and occur as often as their weights say', () => {
  const chance = chanceOf(7);
  const rolls = keys.map((key) => chance.whole(key, 1, 6));
  expect(new Set(rolls)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  const named = Object.groupBy(keys, (key) => chance.weighed(key, { often: 3, seldom: 1, never: 0 }));
  expect(named.never).toBeUndefined();
  const ratio = present(named.often).length / present(named.seldom).length;
  expect(ratio).toBeGreaterThan(2.4);
  expect(ratio).toBeLessThan(3.7);
});
