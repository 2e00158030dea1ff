import { expect, test } from 'vitest';
import { loadedOf } from './wrk-output.ts';

const window = { warmMs: 1_000, measureMs: 2_000 };

test('calls outside the measured time count as succeeded, but not in the rate and percentiles', () => {
  const lines = [
    'Running 38s test @ http://127.0.0.1',
    'call 900000 1000 first',
    'call 1000000 2000 second',
    'call 2999999 4000 third',
    'call 3000000 90000 fourth',
    'end 3000000 600000',
  ];
  expect(loadedOf(lines, window)).toEqual({
    perSecond: 1,
    p50Ms: 2,
    p99Ms: 4,
    succeeded: 4,
    failed: {},
    loadCores: 0.2,
    ids: ['first', 'second', 'third', 'fourth'],
  });
});

test('failed calls are counted by their kind and have no latency', () => {
  const lines = ['call 1500000 70000 !503', 'call 1600000 70000 !503', 'call 1700000 3000 !webhook: 500'];
  expect(loadedOf([...lines, 'call 1800000 3000 id', 'end 3000000 1'], window)).toMatchObject({
    p99Ms: 3,
    succeeded: 1,
    failed: { 503: 2, 'webhook: 500': 1 },
  });
});

test('a run without its end is an error, because the rows of its last calls are unknown', () => {
  expect(() => loadedOf(['call 1500000 70000 id'], window)).toThrow('calls got no response');
});
