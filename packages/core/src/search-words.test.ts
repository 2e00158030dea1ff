import { expect, test } from 'vitest';
import { searchQuery, searchWords } from './search-words.ts';

test('a text is found by its words and by their parts between punctuation marks, in lower case', () => {
  expect(searchWords(['Ana-María  O’Neil', 'A-1001', null, undefined, ''])).toEqual(
    expect.arrayContaining(['ana-maría', 'ana', 'maría', 'o’neil', 'o', 'neil', 'a-1001', 'a', '1001']),
  );
});

test('a word that can be written in two ways is the same word', () => {
  expect(searchWords(['Zoe\u0308'])).toEqual(searchWords(['zo\u00eb']));
});

test('Korean names are words', () => {
  expect(searchWords(['김민준 님'])).toEqual(['김민준', '님']);
});

test('a long text has 500 words at most, each of 100 characters at most', () => {
  const words = searchWords([Array.from({ length: 2_000 }, (_, n) => `${n}`.padEnd(200, 'x')).join(' ')]);
  expect(words).toHaveLength(500);
  expect(Math.max(...words.map((word) => word.length))).toBe(100);
});

test('a query asks for the beginning of each word, and quotes what tsquery would read as an operator', () => {
  expect(searchQuery(' Kim  jo ')).toBe(`'kim':* & 'jo':*`);
  expect(searchQuery(`o'b\\ &|!`)).toBe(`'o''b\\\\':* & '&|!':*`);
});
