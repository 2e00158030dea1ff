import { expect, test } from 'vitest';
import { id, newId } from './ids.ts';

test('a new id is a UUID of version 7 and contains the time', () => {
  const before = Date.now();
  const minted = newId();
  expect(minted).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const time = Number.parseInt(minted.replaceAll('-', '').slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time - before).toBeLessThan(1_000);
});

test('thousands of ids of one millisecond are different and sort in the order of their creation', () => {
  const ids = Array.from({ length: 50_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test('an id from a caller may be in upper case, and anything but an id is refused', () => {
  const minted = newId();
  expect(id.parse(minted.toUpperCase())).toBe(minted);
  expect(id.safeParse(`${minted}0`).success).toBe(false);
});
