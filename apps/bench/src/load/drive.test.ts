import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { closedLoop, openLoop } from './drive.ts';
import { Meter, summary } from './measure.ts';

test('the summary has the rate and the percentiles of the latencies', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(summary(hundred, 2)).toEqual({ perSecond: 50, p50Ms: 50, p99Ms: 99 });
  expect(summary([7], 1)).toEqual({ perSecond: 1, p50Ms: 7, p99Ms: 7 });
});

test('calls outside the measured time count as succeeded, but not in the rate and percentiles', async () => {
  const meter = new Meter({ warmMs: 60, measureMs: 60 });
  meter.start();
  meter.success(performance.now());
  await sleep(80);
  meter.success(performance.now() - 5);
  meter.failure('503');
  await sleep(80);
  meter.success(performance.now());
  const { perSecond, p50Ms, succeeded, failed } = meter.result();
  expect(perSecond).toBeCloseTo(1 / 0.06);
  expect(p50Ms).toBeGreaterThanOrEqual(5);
  expect({ succeeded, failed }).toEqual({ succeeded: 3, failed: { 503: 1 } });
});

test('a closed loop runs each call one at a time and ends when no call is left', async () => {
  const meter = new Meter({ warmMs: 0, measureMs: 60_000 });
  meter.start();
  let [left, underWay, most] = [20, 0, 0];
  const call = async () => {
    if (left === 0) return false;
    left -= 1;
    underWay += 1;
    most = Math.max(most, underWay);
    await sleep(1);
    underWay -= 1;
    return true;
  };
  await closedLoop([call, call, call], meter);
  expect({ left, most }).toEqual({ left: 0, most: 3 });
});

test('at a rate, the time that a call waits for a free connection counts as latency', async () => {
  const meter = new Meter({ warmMs: 0, measureMs: 1_000 });
  meter.start();
  // One connection takes 20 ms a call, so it can make only half of 100 calls a second.
  const call = async (since: number) => {
    await sleep(20);
    meter.success(since);
    return true;
  };
  await openLoop([call], meter, 100);
  const { perSecond, p99Ms } = meter.result();
  expect(perSecond).toBeLessThanOrEqual(50);
  expect(p99Ms).toBeGreaterThan(200);
});
