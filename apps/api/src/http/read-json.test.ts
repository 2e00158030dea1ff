import { expect, test } from 'vitest';
import { readJson } from './read-json.ts';

const read = (text: string) => readJson(Buffer.from(text));
const refusal = (message: string) => expect.objectContaining({ code: 'validation_failed', message });

test('a body within the bounds is parsed like JSON.parse does', () => {
  for (const value of [null, 1, 'a"b\\', '[[[{,:', { a: [1, { b: '}' }], 'k:"': '\\"' }, Array(19_000).fill(1)]) {
    expect(read(JSON.stringify(value))).toEqual(value);
  }
  expect(read('')).toBeUndefined();
});

test.each([
  ['20,001 values', `[${Array(20_001).fill(1).join()}]`, 'the input must not have more than 20000 values'],
  ['65 levels', '['.repeat(65), 'the input must not be nested deeper than 64 levels'],
  [
    '1,001 keys in one object',
    JSON.stringify([{}, Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [index, 1]))]),
    'an object must not have more than 1000 keys',
  ],
])('a body with %s is refused before it is parsed', (_, body, message) => {
  expect(() => read(body)).toThrow(refusal(message));
  expect(() => read(`${body}not JSON`)).toThrow(refusal(message));
});

test.each(['{"a"', '"a', '"\\', '}}}}', ']:1', 'x'])('%s is not JSON', (text) => {
  expect(() => read(text)).toThrow(SyntaxError);
});
