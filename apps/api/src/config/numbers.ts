import { z } from 'zod';

const rangeOf = (min: number, max: number): string =>
  max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;

export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  const rule = `must be a whole number ${rangeOf(min, max)}`;
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule);
}

/** A number that may have a fraction. */
export function someNumber(min: number, max: number) {
  const rule = `must be a number ${rangeOf(min, max)}`;
  return z.coerce.number(rule).min(min, rule).max(max, rule);
}
