import { expect, test } from 'vitest';
import { id, newId } from './ids.ts';

test('a new id is a version 7 UUID that contains the current time', () => {
  const before = Date.now();
  const createdId = newId();
  expect(createdId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const time = Number.parseInt(createdId.replaceAll('-', '').slice(0, 12), 16);
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time - before).toBeLessThan(1_000);
});

test('50,000 ids created in a row are distinct and sort in the order of their creation', () => {
  const ids = Array.from({ length: 50_000 }, newId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.toSorted()).toEqual(ids);
});

test('an id is accepted in upper case, and a longer text is rejected', () => {
  const createdId = newId();
  expect(id.parse(createdId.toUpperCase())).toBe(createdId);
  expect(id.safeParse(`${createdId}0`).success).toBe(false);
});
