import Stripe from 'stripe';
import type { z } from 'zod';
import { GatewayRefusal } from '@commerce-core/core/gateway';

// Errors of status 400 that don't decide against the call: it may succeed a moment later.
const temporaryCodes: readonly string[] = ['idempotency_key_in_use', 'lock_timeout', 'rate_limit'];

/**
 * Makes a call with Stripe's library and returns the fields of the answer that `schema` names. The library's errors
 * contain headers and the request, so they are replaced by errors that don't.
 * @throws GatewayRefusal when Stripe has decided against the call
 * @throws Error when the outcome is unknown. A 401 or a 403 is about this shop's own keys and rights. An
 * `idempotency_error` means that a call with other parameters did something under the same key
 */
export async function callStripe<S extends z.ZodType>(schema: S, call: () => Promise<unknown>): Promise<z.output<S>> {
  let answer: unknown;
  try {
    answer = await call();
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error;
    throw isDefinite(error) ? refusal(error) : unknownOutcome(error);
  }
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Error(`Stripe's answer can't be understood: ${parsed.error.issues[0]?.path.join('.')}`);
}

function isDefinite(error: Stripe.errors.StripeError): boolean {
  const isRefused =
    error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError;
  return isRefused && !temporaryCodes.includes(error.code ?? '');
}

function refusal({ code, decline_code, rawType, message }: Stripe.errors.StripeError): GatewayRefusal {
  return new GatewayRefusal(printable(decline_code || code || rawType || 'refused', 200), printable(message, 500));
}

function unknownOutcome({ type, statusCode, code, requestId, detail }: Stripe.errors.StripeError): Error {
  const cause = typeof detail === 'object' && 'code' in detail ? detail.code : undefined;
  const facts = [type, statusCode, code, cause, requestId].filter((fact) => fact !== undefined);
  return new Error(`Stripe gave no usable answer: ${printable(facts.join(' '), 300)}`);
}

/** Returns the text as one printable line without keys: Stripe's messages quote a part of them. */
function printable(text: string, lengthMax: number): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(/\b(sk|rk|pk|whsec)_[\w*]+/g, '$1_…')
    .slice(0, lengthMax);
}
