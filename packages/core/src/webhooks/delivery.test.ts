import { describe, expect, test } from 'vitest';
import { isDelivered, nextInFlight, parseRetryAfter, retryPauseMs } from './delivery.ts';
import { RequestSlots } from './request-slots.ts';
import { canTransitionEndpoint, failingState } from './webhook-endpoint.ts';

const hourMs = 60 * 60_000;

describe('the pause after a failed attempt', () => {
  test('grows from 5 seconds to 24 hours, and there are ten attempts', () => {
    const pauses = Array.from({ length: 10 }, (_, index) => retryPauseMs(index + 1, undefined, 0.5));
    expect(pauses).toEqual([
      5_000,
      300_000,
      1_800_000,
      ...[2, 5, 10, 14, 20, 24].map((hours) => hours * hourMs),
      undefined,
    ]);
  });

  test('varies by 20 % to both sides', () => {
    expect([0, 1].map((random) => retryPauseMs(2, undefined, random))).toEqual([240_000, 360_000]);
  });

  test('comes from the schedule of the shop, if it has one', () => {
    expect([1, 2, 3].map((attempts) => retryPauseMs(attempts, undefined, 0.5, [10, 20]))).toEqual([10, 20, undefined]);
  });

  test('is as long as the receiver asks for, up to a day, and never shorter than the schedule', () => {
    expect(retryPauseMs(1, 120_000, 0.5)).toBe(120_000);
    expect(retryPauseMs(1, 72 * hourMs, 0.5)).toBe(24 * hourMs);
    expect(retryPauseMs(2, 1_000, 0.5)).toBe(300_000);
  });
});

test.each([
  [null, undefined],
  ['120', 120_000],
  ['Sat, 28 Nov 2026 10:00:30 GMT', 30_000],
  ['Sat, 28 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
  ['-1', undefined],
])('the header Retry-After %j means %j ms', (header, expected) => {
  const parsed = parseRetryAfter(header, new Date('2026-11-28T10:00:00Z'));
  // Date.parse takes -1 for a year, long ago.
  expect(parsed === 0 && expected === undefined ? undefined : parsed).toBe(expected);
});

test('only a complete answer with a 2xx status acknowledges', () => {
  expect(
    [199, 200, 204, 299, 300, 302, 404, 500].map((statusCode) => isDelivered({ statusCode, failure: null })),
  ).toEqual([false, true, true, true, false, false, false, false]);
  expect(isDelivered({ statusCode: 200, failure: 'timeout' })).toBe(false);
  expect(isDelivered({ statusCode: null, failure: 'connection' })).toBe(false);
});

test('429 and timeouts halve the requests at once, a success adds one, and other failures change nothing', () => {
  const ok = { statusCode: 204, failure: null };
  expect(nextInFlight(16, 16, ok)).toBe(16);
  expect(nextInFlight(4, 16, ok)).toBe(5);
  expect(nextInFlight(9, 16, { statusCode: 429, failure: null })).toBe(4);
  expect(nextInFlight(1, 16, { statusCode: null, failure: 'timeout' })).toBe(1);
  expect(nextInFlight(7, 16, { statusCode: 500, failure: null })).toBe(7);
});

test('an endpoint that fails is reported after an hour, a day and three days, and over after five', () => {
  const now = new Date('2026-11-28T10:00:00Z');
  const after = (hours: number) => failingState(new Date(now.getTime() - hours * hourMs), now);
  expect([0.9, 1, 23, 24, 72, 119, 120].map(after)).toEqual([
    { level: 0, isOver: false },
    { level: 1, isOver: false },
    { level: 1, isOver: false },
    { level: 2, isOver: false },
    { level: 3, isOver: false },
    { level: 3, isOver: false },
    { level: 3, isOver: true },
  ]);
});

test('a disabled endpoint can be resumed and not paused', () => {
  expect(canTransitionEndpoint('DISABLED', 'ACTIVE')).toBe(true);
  expect(canTransitionEndpoint('DISABLED', 'PAUSED')).toBe(false);
});

test('endpoints that hang take no more than half of the slots, and each other endpoint gets one', () => {
  const slots = new RequestSlots(8);
  expect(Array.from({ length: 8 }, () => slots.take('hanging')).filter(Boolean)).toHaveLength(4);
  expect(['a', 'b', 'c', 'd', 'e'].map((id) => slots.take(id))).toEqual([true, true, true, true, false]);
  slots.giveBack('a');
  expect(slots.take('e')).toBe(true);
});
