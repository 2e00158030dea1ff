/** When failed work is tried again: `firstMs` after the first attempt, then twice as long each time, up to `maxMs`. */
export type RetryPolicy = { firstMs: number; maxMs: number };

// 2^20 times the shortest first pause is 24 days: longer than any `maxMs`, and no date overflows.
const doublingsMax = 20;

/**
 * The time of the next attempt.
 * @param attempts attempts that were made so far, 1 or more
 * @returns undefined after `attemptsMax` attempts
 */
export function retryAt(policy: RetryPolicy, attempts: number, now: Date): Date;
export function retryAt(policy: RetryPolicy & { attemptsMax: number }, attempts: number, now: Date): Date | undefined;
export function retryAt(
  { firstMs, maxMs, attemptsMax = Infinity }: RetryPolicy & { attemptsMax?: number },
  attempts: number,
  now: Date,
): Date | undefined {
  if (attempts >= attemptsMax) return undefined;
  return new Date(now.getTime() + Math.min(firstMs * 2 ** Math.min(attempts - 1, doublingsMax), maxMs));
}
