import type { Context } from 'hono';
import { z } from 'zod';
import { BankRefusal, type RefusalReason } from '../../bank/bank-payment.ts';

/** An error response with one of PortOne's types. */
export class PortoneError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409;
  readonly type: string;

  constructor(status: 400 | 401 | 403 | 404 | 409, type: string) {
    super(type);
    this.status = status;
    this.type = type;
  }
}

/** Returns PortOne's response to an error in its routes. */
export function respondToPortoneError(error: Error, c: Context): Response {
  if (error instanceof PortoneError)
    return c.json({ type: error.type, message: 'The request was refused.' }, error.status);
  if (error instanceof BankRefusal) return c.json({ type: typeOf[error.reason], message: error.message }, 409);
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    return c.json({ type: 'INVALID_REQUEST', message: 'The request is not valid.' }, 400);
  }
  throw error;
}

const typeOf: Record<RefusalReason, string> = {
  payment_exists: 'ALREADY_PAID',
  already_waiting: 'PAYMENT_NOT_PAID',
  already_authorized: 'ALREADY_PAID',
  already_captured: 'ALREADY_PAID',
  already_canceled: 'PAYMENT_ALREADY_CANCELLED',
  already_failed: 'PAYMENT_NOT_PAID',
  not_authorized: 'PAYMENT_NOT_PAID',
  not_captured: 'PAYMENT_NOT_PAID',
  not_payable_any_more: 'PAYMENT_NOT_WAITING_FOR_DEPOSIT',
  invalid_amount: 'INVALID_REQUEST',
  amount_too_large: 'CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT',
  refund_not_found: 'PAYMENT_CANCELLATION_NOT_FOUND',
  refund_not_pending: 'PAYMENT_CANCELLATION_NOT_PENDING',
  dispute_not_found: 'PAYMENT_NOT_FOUND',
  dispute_closed: 'INVALID_REQUEST',
};
