import { expect, test } from 'vitest';
import { readOptions, UsageError } from './options.ts';

test('the defaults are 200 orders over all providers, one kill and a random seed', () => {
  const options = readOptions([]);
  expect(options).toMatchObject({
    orders: 200,
    kills: 1,
    keep: false,
    providers: ['mock', 'stripe', 'toss', 'portone'],
  });
  expect(options).not.toMatchObject({ seed: (readOptions([]) as { seed: number }).seed });
});

test('arguments replace the defaults', () => {
  const args = [
    '--seed',
    '7',
    '--orders=30',
    '--providers',
    'toss, mock',
    '--kills',
    '0',
    '--keep',
    '--json',
    'a.json',
  ];
  expect(readOptions(args)).toEqual({
    seed: 7,
    orders: 30,
    providers: ['toss', 'mock'],
    kills: 0,
    keep: true,
    json: 'a.json',
  });
});

test.each([
  ['--seed', '-1'],
  ['--orders', '0'],
  ['--orders', 'many'],
  ['--kills', '1.5'],
  ['--providers', 'mock,paypal'],
  ['--what', '1'],
])('%s %s is a usage error', (...args) => {
  expect(() => readOptions(args)).toThrow(UsageError);
});
