import { describe, expect, test } from 'vitest';
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

describe('an input that JavaScript would change is refused:', () => {
  test.each([
    '9007199254740993',
    '{"amount":[-9007199254740993]}',
    '0.10000000000000000001',
    '1e400',
    '1e309',
    '5e-325',
    '12345678901234567890',
    `0.${'1'.repeat(500)}`,
  ])('%s loses digits', (text) => {
    expect(() => read(text)).toThrow(
      refusal('a number must not have more digits than a double keeps; send it as text'),
    );
  });

  test.each(['{"a":1,"a":2}', '[{"a":{"b":1,"b":1}}]', String.raw`{"a":1,"\u0061":2}`])(
    '%s has a key twice',
    (text) => {
      expect(() => read(text)).toThrow(refusal('an object must not have the same key twice'));
    },
  );

  test('but no number that JSON.stringify writes', () => {
    const numbers = [9_007_199_254_740_991, -0.1, 0.1 + 0.2, 1e21, 1e308, 5e-324, 2 ** 60, 1.5e-7, 123_456_789.125];
    for (let run = 0; run < 2_000; run += 1) numbers.push(Math.random() * 10 ** (Math.random() * 40 - 20));
    expect(read(JSON.stringify(numbers))).toEqual(numbers);
    expect(read('[1.50,15E-1,0.0,-0,100e0,1.00000000000000000]')).toEqual([1.5, 1.5, 0, -0, 100, 1]);
  });

  test('and __proto__ stays a key of its own', () => {
    expect(JSON.stringify(read('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });
});

test.each(['{"a"', '"a', '"\\', '}}}}', ']:1', 'x'])('%s is not JSON', (text) => {
  expect(() => read(text)).toThrow(SyntaxError);
});
