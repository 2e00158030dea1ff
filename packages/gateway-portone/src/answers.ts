import type { PaymentError } from '@portone/server-sdk/payment';
import { z } from 'zod';
import { GatewayRefusal } from '@commerce-core/core/gateway';

// The errors that decide against a call. Every other one may be a fault of PortOne or of the payment provider behind
// it: PG_PROVIDER stands for a no as well as for a time-out there. CANCELLABLE_AMOUNT_CONSISTENCY_BROKEN means that the
// balance has changed since it was read. https://developers.portone.io/api/rest-v2/payment
const refusals = [
  'ALREADY_PAID',
  'INVALID_REQUEST',
  'PAYMENT_NOT_FOUND',
  'PAYMENT_NOT_PAID',
  'PAYMENT_ALREADY_CANCELLED',
  'PAYMENT_NOT_WAITING_FOR_DEPOSIT',
  'CANCEL_AMOUNT_EXCEEDS_CANCELLABLE_AMOUNT',
  'CANCEL_TAX_AMOUNT_EXCEEDS_CANCELLABLE_TAX_AMOUNT',
  'CANCEL_TAX_FREE_AMOUNT_EXCEEDS_CANCELLABLE_TAX_FREE_AMOUNT',
  'SUM_OF_PARTS_EXCEEDS_CANCEL_AMOUNT',
  'NEGATIVE_PROMOTION_ADJUSTED_CANCEL_AMOUNT',
  'PROMOTION_DISCOUNT_RETAIN_OPTION_SHOULD_NOT_BE_CHANGED',
] as const satisfies PaymentError['data']['type'][];
const refusalTypes: readonly string[] = refusals;

const errorBody = z.object({ type: z.string().regex(/^\w{1,100}$/), message: z.string().optional().catch(undefined) });

/** Returns the refusal that an error's body stands for; undefined when it doesn't decide against the call. */
export function refusalOf(body: unknown): GatewayRefusal | undefined {
  const error = errorBody.safeParse(body).data;
  if (!error || !refusalTypes.includes(error.type)) return undefined;
  return new GatewayRefusal(error.type, error.message?.slice(0, 500) ?? error.type);
}

/** Returns the type of an error's body; '' where it has none. */
export const errorTypeOf = (body: unknown): string => errorBody.safeParse(body).data?.type ?? '';

/** Reads a successful answer. @throws Error when it can't be read */
export function readAnswer<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Error(`PortOne's answer can't be understood: ${parsed.error.issues[0]?.path.join('.')}`);
}
