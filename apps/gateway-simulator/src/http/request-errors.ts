import type { Context } from 'hono';
import { z } from 'zod';
import { BankRefusal } from '../bank/bank-payment.ts';

/** Thrown when the simulator doesn't know the payment that a request names. */
export class PaymentNotFound extends Error {}

/** Returns the JSON body of an error. */
export const errorBody = (code: string, message: string, details: object | null = null) => ({ code, message, details });

/** Returns the response to an error in the simulator's own routes. Each emulator maps the errors of its own routes. */
export function respondToError(error: Error, c: Context): Response {
  if (error instanceof z.ZodError) {
    const issues = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    return c.json(errorBody('validation_failed', 'The input is not valid.', { issues }), 400);
  }
  if (error instanceof SyntaxError) return c.json(errorBody('malformed_json', 'The body is not JSON.'), 400);
  if (error instanceof PaymentNotFound)
    return c.json(errorBody('payment_not_found', 'The simulator does not know this payment.'), 404);
  if (error instanceof BankRefusal) return c.json(errorBody(error.reason, error.message), 409);
  process.stderr.write(`gateway simulator: ${error.stack ?? error.message}\n`);
  return c.json(errorBody('internal', 'The simulator failed.'), 500);
}
