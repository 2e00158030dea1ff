import { expect, test } from 'vitest';
import { en } from './en.ts';
import { ko } from './ko.ts';

type Leaf = [path: string, text: unknown];
const leavesOf = (texts: object, path = ''): Leaf[] =>
  Object.entries(texts).flatMap(([name, text]): Leaf[] =>
    typeof text === 'object' && text !== null ? leavesOf(text, `${path}${name}.`) : [[`${path}${name}`, text]],
  );

const written = (text: unknown): string =>
  typeof text === 'function' ? String(text('\u0001', '\u0002')) : String(text);

test('both languages have the same texts, and none is empty', () => {
  expect(leavesOf(ko).map(([path]) => path)).toEqual(leavesOf(en).map(([path]) => path));
  for (const [path, text] of [...leavesOf(en), ...leavesOf(ko)]) expect(written(text).trim(), path).not.toBe('');
});

test('a text with a part that is filled in has that part in both languages', () => {
  const korean = new Map(leavesOf(ko));
  for (const [path, text] of leavesOf(en))
    expect(written(korean.get(path)).includes('\u0001'), path).toBe(written(text).includes('\u0001'));
});

test('the Korean texts are Korean', () => {
  const known = ['order.provider', 'actors.gateway'];
  const latin = leavesOf(ko).filter(([path, text]) => !known.includes(path) && !/[가-힣]/.test(written(text)));
  expect(latin).toEqual([]);
});
