import { describe, expect, test } from 'vitest';
import { eventRetry } from '../gateway-inbox/gateway-event.ts';
import { callRetry } from '../gateway-outbox/gateway-call.ts';
import { retryAt, type RetryPolicy } from './retry.ts';

const begin = new Date('2026-01-01T00:00:00Z');

/** The pauses in seconds before attempts 2 to `attempts`, and the time that they take together. */
function pausesOf(policy: RetryPolicy & { attemptsMax?: number }, attemptsMax: number) {
  const pauses: number[] = [];
  let at = begin;
  for (let attempts = 1; attempts <= attemptsMax; attempts += 1) {
    // Read as a policy that may end, also where it has no `attemptsMax`.
    const next: Date | undefined = retryAt(policy, attempts, at);
    if (!next) break;
    pauses.push((next.getTime() - at.getTime()) / 1000);
    at = next;
  }
  return { pauses, totalMs: at.getTime() - begin.getTime() };
}

describe('the pause before the next attempt', () => {
  test('doubles and never exceeds its maximum', () => {
    expect(pausesOf({ firstMs: 1_000, maxMs: 5_000 }, 5).pauses).toEqual([1, 2, 4, 5, 5]);
  });

  test('stays at its maximum after a thousand attempts', () => {
    expect(retryAt({ firstMs: 2_000, maxMs: 900_000 }, 1_000, begin)).toEqual(new Date(begin.getTime() + 900_000));
  });
});

test('a gateway event of an unknown payment is tried eight times within 21 minutes, then no more', () => {
  expect(pausesOf(eventRetry, 100)).toEqual({ pauses: [10, 20, 40, 80, 160, 320, 640], totalMs: 1_270_000 });
});

test('a gateway call is repeated after 2 s, doubling up to 15 minutes', () => {
  expect(pausesOf(callRetry, 11).pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});
