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
  expect(options).not.toMatchObject({ seeds: (readOptions([]) as { seeds: readonly number[] }).seeds });
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
    seeds: [7],
    orders: 30,
    providers: ['toss', 'mock'],
    kills: 0,
    keep: true,
    json: 'a.json',
  });
});

test.each([
  ['9001..9003', [9001, 9002, 9003]],
  ['5..5', [5]],
  ['7, 3,9..10', [7, 3, 9, 10]],
])('--seeds %s is one run for each of these seeds', (given, seeds) => {
  expect(readOptions(['--seeds', given])).toMatchObject({ seeds });
});

test.each([
  ['--seed', '-1'],
  ['--seeds', ''],
  ['--seeds', '3..1'],
  ['--seeds', '1..'],
  ['--seeds', '1..2..3'],
  ['--seeds', '1..100000'],
  ['--seeds', '1,,2'],
  ['--seeds=1', '--seed=1'],
  ['--seeds=1..2', '--keep'],
  ['--orders', '0'],
  ['--orders', 'many'],
  ['--kills', '1.5'],
  ['--providers', 'mock,paypal'],
  ['--what', '1'],
])('%s %s is a usage error', (...args) => {
  expect(() => readOptions(args)).toThrow(UsageError);
});
