import { expect, test } from 'vitest';
import { measured } from './pgbench.ts';

// client, transaction, duration in µs, script, end in s and µs, and with --rate the delay of the start in µs.
const line = (tookUs: number, endUs: number) =>
  `0 1 ${tookUs} 0 ${1_700_000_000 + Math.floor(endUs / 1e6)} ${endUs % 1e6}`;

test('the measured time starts after the warm-up, which starts with the first transaction', () => {
  const lines = [
    line(10_000, 10_000),
    line(5_000, 1_500_000),
    line(2_000, 2_100_000),
    line(4_000, 2_900_000),
    line(1_000, 3_100_000),
    '',
  ];
  expect(measured(lines, { warmMs: 2_000, measureMs: 1_000 })).toEqual({
    perSecond: 2,
    p50Ms: 2,
    p99Ms: 4,
    succeeded: 5,
    failed: {},
  });
});

test('at a rate, the duration includes the delay of the start', () => {
  expect(
    measured([`${line(1_000, 1_000)} 0`, `${line(30_000, 500_000)} 25000`], { warmMs: 0, measureMs: 1_000 }).p99Ms,
  ).toBe(30);
});
