import { expect, test } from 'vitest';
import { SeenTexts } from './seen-texts.ts';

test('each of many texts is new once', () => {
  const seen = new SeenTexts();
  const texts = Array.from({ length: 50_000 }, (_, n) => `SKU-${n}`);
  expect(texts.every((text) => seen.add(text))).toBe(true);
  expect(texts.some((text) => seen.add(text))).toBe(false);
  expect([seen.add(''), seen.add(''), seen.add('sku-1')]).toEqual([true, false, true]);
});
