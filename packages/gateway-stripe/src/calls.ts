import Stripe from 'stripe';
import type { z } from 'zod';
import { GatewayRefusal } from '@commerce-core/core/gateway';

// A 400 each, though they say nothing about what was asked.
const passing: readonly string[] = ['idempotency_key_in_use', 'lock_timeout', 'rate_limit'];

/**
 * A call of Stripe's library, and what the shop uses of its answer. The library's errors hold headers and what was
 * asked: they go no further.
 * @throws GatewayRefusal for what Stripe refused for good · Error for all else: 401 and 403 are about this shop's own
 * configuration, and a key that came with other parameters before means that something did happen under it
 */
export async function ask<S extends z.ZodType>(schema: S, call: () => Promise<unknown>): Promise<z.output<S>> {
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
  const refused =
    error instanceof Stripe.errors.StripeInvalidRequestError || error instanceof Stripe.errors.StripeCardError;
  return refused && !passing.includes(error.code ?? '');
}

function refusal({ code, decline_code, rawType, message }: Stripe.errors.StripeError): GatewayRefusal {
  return new GatewayRefusal(clean(decline_code || code || rawType || 'refused', 200), clean(message, 500));
}

function unknownOutcome({ type, statusCode, code, requestId, detail }: Stripe.errors.StripeError): Error {
  const cause = typeof detail === 'object' && 'code' in detail ? detail.code : undefined;
  const facts = [type, statusCode, code, cause, requestId].filter((fact) => fact !== undefined);
  return new Error(`Stripe gave no usable answer: ${clean(facts.join(' '), 300)}`);
}

/** One printable line, without keys: of those Stripe quotes a part. */
function clean(text: string, lengthMax: number): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(/\b(sk|rk|pk|whsec)_[\w*]+/g, '$1_…')
    .slice(0, lengthMax);
}
