import { invalidTransition } from './errors.ts';

/**
 * The row in its new status.
 * @throws invalid_transition when `transitions` doesn't allow the change
 */
export function transition<S extends string, R extends { status: S; updatedAt: Date }>(
  subject: Parameters<typeof invalidTransition>[0],
  transitions: Readonly<Record<S, readonly S[]>>,
  row: R,
  to: S,
  now: Date,
): R {
  if (!transitions[row.status].includes(to)) throw invalidTransition(subject, row.status, to);
  return { ...row, status: to, updatedAt: now };
}
