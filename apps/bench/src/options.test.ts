import { expect, test } from 'vitest';
import { readOptions, UsageError } from './options.ts';
import { scenarios } from './scenarios/all.ts';

const names = ['uniform', 'hot'];

test('the short form has 3 rounds of 2 s, the long one 5 rounds of 8 s', () => {
  expect(readOptions([], names)).toMatchObject({
    long: false,
    rounds: 3,
    seconds: 2,
    clients: undefined,
    only: [],
    orders: 1_000_000,
  });
  expect(readOptions(['--long'], names)).toMatchObject({ long: true, rounds: 5, seconds: 8 });
});

test('given options replace the defaults', () => {
  const args = [
    '--only',
    'hot',
    '--only=uniform',
    '--rounds',
    '1',
    '--seconds=4',
    '--clients',
    '64,8',
    '--json',
    'a.json',
    '--svg',
    'a.svg',
  ];
  expect(readOptions(args, names)).toMatchObject({
    only: ['hot', 'uniform'],
    rounds: 1,
    seconds: 4,
    clients: [8, 64],
    json: 'a.json',
    svg: 'a.svg',
  });
  expect(readOptions(['--env', 'A=1', '--env', 'B=x=y'], names)).toMatchObject({ env: { A: '1', B: 'x=y' } });
  expect(readOptions(['--orders', '10000000'], names)).toMatchObject({ orders: 10_000_000 });
  expect(readOptions(['--load', 'node'], names)).toMatchObject({ load: 'node' });
  expect(readOptions(['-h'], names)).toBe('help');
});

test('each scenario of the bench can be chosen, by a name of its own', () => {
  const all = scenarios.map(({ name }) => name);
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual(expect.arrayContaining(['uniform', 'flow', 'flash-sale', 'process', 'order-growth']));
  for (const name of all) expect(readOptions(['--only', name], all)).toMatchObject({ only: [name] });
});

test.each([
  ['--only', 'warm'],
  ['--rounds', '0'],
  ['--seconds', 'two'],
  ['--clients', '8,x'],
  ['--orders', '1e6'],
  ['--orders', '10000001'],
  ['--loud'],
  ['--env', 'lanes=1'],
  ['--load', 'ab'],
  ['file'],
])('an invalid option is rejected: %s %s', (...args) => {
  expect(() =>
    readOptions(
      args.filter((arg) => arg !== undefined),
      names,
    ),
  ).toThrow(UsageError);
});
