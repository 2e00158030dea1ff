import { z } from 'zod';
import { type GatewayAnswer, GatewayRefusal } from '@commerce-core/core/gateway';
import { tossPayment, type TossPayment } from './payment.ts';

const errorBody = z.object({ code: z.string().regex(/^\w{1,100}$/), message: z.string().optional().catch(undefined) });

/**
 * Returns the error code of Toss's answer; undefined when the call succeeded, '' when an error has no code.
 * https://docs.tosspayments.com/reference
 */
export function errorCodeOf({ status, body }: GatewayAnswer): string | undefined {
  return status === 200 ? undefined : (errorBody.safeParse(body).data?.code ?? '');
}

// These errors are about the call and not about the payment: the shop's keys or rights are wrong, or the same call is
// still running. Every other error below 500 that has a code is about the payment. So are 403s like
// REJECT_CARD_PAYMENT and NOT_CANCELABLE_AMOUNT.
const undecidedCodes: readonly string[] = [
  '',
  'UNAUTHORIZED_KEY',
  'INVALID_API_KEY',
  'INCORRECT_BASIC_AUTH_FORMAT',
  'FORBIDDEN_REQUEST',
  'IDEMPOTENT_REQUEST_PROCESSING',
  'INVALID_IDEMPOTENCY_KEY',
  'FORBIDDEN_CONSECUTIVE_REQUEST',
];

/**
 * Throws what an error of Toss means.
 * @throws GatewayRefusal when Toss has decided against the call
 * @throws Error when the outcome is unknown
 */
export function throwRefusal(answer: GatewayAnswer): never {
  const code = errorCodeOf(answer) ?? '';
  if (answer.status === 401 || undecidedCodes.includes(code)) throw new Error(`Toss answered ${answer.status} ${code}`);
  throw new GatewayRefusal(code, errorBody.safeParse(answer.body).data?.message ?? code);
}

/**
 * Reads a successful answer.
 * @throws GatewayRefusal and Error as `throwRefusal` does, and Error when the answer can't be read
 */
export function readAnswer<S extends z.ZodType>(schema: S, answer: GatewayAnswer): z.output<S> {
  if (errorCodeOf(answer) !== undefined) throwRefusal(answer);
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return parsed.data;
  throw new Error(`Toss's answer can't be understood: ${parsed.error.issues[0]?.path.join('.')}`);
}

/** Reads an answer to a query for a payment; undefined when Toss doesn't know it. Throws as `readAnswer` does. */
export function readPaymentIfAny(answer: GatewayAnswer): TossPayment | undefined {
  return answer.status === 404 && errorCodeOf(answer) === 'NOT_FOUND_PAYMENT'
    ? undefined
    : readAnswer(tossPayment, answer);
}

/** Reads an answer that must be about our payment `id`. Throws as `readAnswer` does. */
export function readPaymentOf(id: string, answer: GatewayAnswer): TossPayment {
  const payment = readAnswer(tossPayment, answer);
  if (payment.orderId !== id) throw new Error('Toss answered of another payment');
  return payment;
}
