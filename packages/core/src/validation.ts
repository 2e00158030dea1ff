import type { z } from 'zod';
import { CommerceError } from './errors.ts';

const checked = new WeakSet<object>();

/**
 * Marks an input that its schemas have made already, so that it isn't read by them again: an API that checks what comes in
 * at its door. Whoever marks anything else gives up what the schemas keep out.
 */
export function alreadyChecked<T extends object>(input: T): T {
  checked.add(input);
  return input;
}

export const isChecked = (input: object): boolean => checked.has(input);

/** An input as its schema has it. @throws validation_failed with where and why · empty_order for an order without lines */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw validationError(parsed.error);
}

/** What zod found, as the error that callers get: places and reasons, never the values themselves. */
export function validationError(error: z.ZodError): CommerceError {
  const isEmptyOrder = error.issues.some(({ path, code }) => path.join('.') === 'lines' && code === 'too_small');
  if (isEmptyOrder) return new CommerceError('empty_order', 'an order needs at least one line');
  const issues = error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }));
  const [first] = issues;
  const where = first?.path ? `${first.path}: ` : '';
  return new CommerceError('validation_failed', `${where}${first?.message ?? 'the input is not valid'}`, { issues });
}
