import { expect, test } from 'vitest';
import { isWarm, measured, missingMs, readLog } from './pgbench.ts';

// client, transaction, duration in µs, script, end in s and µs, and with --rate the delay of the start in µs.
const line = (tookUs: number, endUs: number, client = 0) =>
  `${client} 1 ${tookUs} 0 ${1_700_000_000 + Math.floor(endUs / 1e6)} ${endUs % 1e6}`;

test('the measured time starts after the warm-up, which starts with the first transaction', () => {
  const lines = [
    line(10_000, 10_000),
    line(5_000, 1_500_000),
    line(2_000, 2_100_000),
    line(4_000, 2_900_000),
    line(1_000, 3_100_000),
    '',
  ];
  expect(measured(readLog(lines), { warmMs: 2_000, measureMs: 1_000 })).toEqual({
    perSecond: 2,
    p50Ms: 2,
    p99Ms: 4,
    succeeded: 5,
    failed: {},
  });
});

test('at a rate, the duration includes the delay of the start', () => {
  const lines = [`${line(1_000, 1_000)} 0`, `${line(30_000, 500_000)} 25000`, `${line(1_000, 1_001_000)} 0`];
  expect(measured(readLog(lines), { warmMs: 0, measureMs: 1_000 }).p99Ms).toBe(30);
});

test('a run is warm when each client has finished two calls before the measured time', () => {
  const calls = [line(10_000, 10_000), line(10_000, 20_000), line(15_000, 15_000, 1), line(400_000, 415_000, 1)];
  expect(isWarm(readLog(calls), 500, 2)).toBe(true);
  expect(isWarm(readLog(calls), 400, 2)).toBe(false);
  expect(isWarm(readLog(calls), 500, 3)).toBe(false);
});

test('a run that ended within the measured time lacks the rest of it', () => {
  const calls = readLog([line(10_000, 10_000), line(10_000, 2_500_000)]);
  expect(missingMs(calls, { warmMs: 1_000, measureMs: 2_000 })).toBe(500);
  expect(missingMs(calls, { warmMs: 1_000, measureMs: 1_550 })).toBe(0);
  const more = [...calls, ...readLog([line(10_000, 2_000_000), line(10_000, 2_400_000)])];
  expect(measured(more, { warmMs: 1_000, measureMs: 2_000 }).perSecond).toBe(2 / 1.5);
});
