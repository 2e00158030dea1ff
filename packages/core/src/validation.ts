import type { z } from 'zod';
import { CommerceError } from './errors.ts';
import { emptyOrder } from './order/order-input.ts';

// zod's message names each unknown key.
const messageMax = 300;

const checked = new WeakSet<object>();

/**
 * Marks an input that its schema has parsed already, so that it isn't parsed a second time: for an API that checks its
 * requests. An input that is marked without being parsed reaches the database unchecked.
 */
export function alreadyChecked<T extends object>(input: T): T {
  checked.add(input);
  return input;
}

/** Whether an input was marked by `alreadyChecked`. */
export const isChecked = (input: object): boolean => checked.has(input);

/**
 * Parses an input by its schema.
 * @throws validation_failed when the input doesn't match; the details list places and reasons
 * @throws empty_order when an order has no lines
 */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw validationError(parsed.error);
}

/** zod's error as the error for callers: up to 20 places and reasons, never the values. */
export function validationError(error: z.ZodError): CommerceError {
  if (error.issues.some(({ message }) => message === emptyOrder)) return new CommerceError('empty_order', emptyOrder);
  const issues = error.issues
    .slice(0, 20)
    .map(({ path, message }) => ({ path: path.join('.'), message: message.slice(0, messageMax) }));
  const [first] = issues;
  const where = first?.path ? `${first.path}: ` : '';
  return new CommerceError('validation_failed', `${where}${first?.message ?? 'the input is not valid'}`, { issues });
}
