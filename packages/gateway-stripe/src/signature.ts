import Stripe from 'stripe';
import { CommerceError, type WebhookMessage, toleranceSeconds } from '@commerce-core/core/gateway';

/**
 * Verifies `stripe-signature` over the raw body with Stripe's own code, against any of several secrets so that they can
 * be rotated. https://docs.stripe.com/webhooks/signature
 * @throws invalid_signature, without a word on which part was wrong
 */
export function verifyStripeSignature(
  { rawBody, header }: WebhookMessage,
  secrets: readonly string[],
  now: Date,
): void {
  const signature = header('stripe-signature') ?? '';
  const matches = secrets.map((secret) => fits(rawBody, signature, secret, now));
  if (matches.includes(true) && !isFromTheFuture(signature, now)) return;
  throw new CommerceError(
    'invalid_signature',
    'the signature does not fit the message, or the message is too old or too new',
  );
}

function fits(rawBody: Buffer, signature: string, secret: string, now: Date): boolean {
  try {
    // It reads bytes that are no UTF-8 as U+FFFD, like whoever signs text; such a body is no JSON afterwards.
    return Stripe.webhooks.signature!.verifyHeader(
      rawBody,
      signature,
      secret,
      toleranceSeconds,
      undefined,
      now.getTime(),
    );
  } catch {
    return false;
  }
}

/** Stripe's code refuses what is old, but takes any time to come. Of several times its code reads the last one. */
function isFromTheFuture(signature: string, now: Date): boolean {
  const time = signature.split(',').findLast((part) => part.startsWith('t=')) ?? '';
  return parseInt(time.slice(2), 10) - now.getTime() / 1000 > toleranceSeconds;
}
