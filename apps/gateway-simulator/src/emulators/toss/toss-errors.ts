import type { Context } from 'hono';
import { z } from 'zod';
import { BankRefusal, type RefusalReason } from '../../bank/bank-payment.ts';

/** An error response with one of Toss's codes. https://docs.tosspayments.com/reference/error-codes */
export class TossError extends Error {
  readonly status: 400 | 401 | 403 | 404;
  readonly code: string;

  constructor(status: 400 | 401 | 403 | 404, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** Returns Toss's response to an error in its routes. */
export function respondToTossError(error: Error, c: Context): Response {
  if (error instanceof TossError)
    return c.json({ code: error.code, message: '요청을 처리할 수 없습니다.' }, error.status);
  if (error instanceof BankRefusal) {
    const [status, code] = refusals[error.reason];
    return c.json({ code, message: error.message }, status);
  }
  if (error instanceof z.ZodError || error instanceof SyntaxError) {
    return c.json({ code: 'INVALID_REQUEST', message: '잘못된 요청입니다.' }, 400);
  }
  throw error;
}

const processed = [400, 'ALREADY_PROCESSED_PAYMENT'] as const;
const notCancelable = [403, 'NOT_CANCELABLE_PAYMENT'] as const;
const refusals: Record<RefusalReason, readonly [400 | 403 | 404, string]> = {
  payment_exists: [400, 'DUPLICATED_ORDER_ID'],
  already_waiting: processed,
  already_authorized: processed,
  already_captured: processed,
  already_canceled: [400, 'ALREADY_CANCELED_PAYMENT'],
  already_failed: notCancelable,
  not_authorized: notCancelable,
  not_captured: notCancelable,
  not_payable_any_more: [404, 'NOT_FOUND_PAYMENT_SESSION'],
  invalid_amount: [400, 'INVALID_REQUEST'],
  amount_too_large: [403, 'NOT_CANCELABLE_AMOUNT'],
  refund_not_found: [404, 'NOT_FOUND_PAYMENT'],
  refund_not_pending: notCancelable,
  dispute_not_found: [404, 'NOT_FOUND_PAYMENT'],
  dispute_closed: notCancelable,
};
