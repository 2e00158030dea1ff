import type { Context } from 'hono';
import { z } from 'zod';
import { BankRefusal } from './bank-payment.ts';

/** Asked for a payment that nobody knows here. */
export class NotKnown extends Error {}

export const refusal = (code: string, message: string, details: object | null = null) => ({ code, message, details });

/** The answer to what went wrong in the simulator's own routes; each dialect has its vendor's answers for its own. */
export function answerError(error: Error, c: Context): Response {
  if (error instanceof z.ZodError) {
    const issues = error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    return c.json(refusal('validation_failed', 'The input is not valid.', { issues }), 400);
  }
  if (error instanceof SyntaxError) return c.json(refusal('malformed_json', 'The body is not JSON.'), 400);
  if (error instanceof NotKnown) return c.json(refusal('payment_not_found', 'Nobody knows this payment here.'), 404);
  if (error instanceof BankRefusal) return c.json(refusal(error.reason, error.message), 409);
  process.stderr.write(`gateway simulator: ${error.stack ?? error.message}\n`);
  return c.json(refusal('internal', 'The simulator failed.'), 500);
}
