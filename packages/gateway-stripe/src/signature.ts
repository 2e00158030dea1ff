import Stripe from 'stripe';
import { CommerceError, type WebhookMessage, toleranceSeconds } from '@commerce-core/core/gateway';

/**
 * Verifies `stripe-signature` over the raw body with Stripe's own library. Any of `secrets` may have signed it, so that
 * they can be rotated. https://docs.stripe.com/webhooks/signature
 * @throws invalid_signature when no secret fits, or the timestamp is off by more than 5 minutes; the message doesn't
 * say which
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

function fits(rawBody: Buffer, given: string, secret: string, now: Date): boolean {
  const { signature } = Stripe.webhooks;
  if (!signature) return false;
  try {
    // The library reads invalid UTF-8 as U+FFFD. `parseBody` rejects such a body afterwards.
    return signature.verifyHeader(rawBody, given, secret, toleranceSeconds, undefined, now.getTime());
  } catch {
    return false;
  }
}

/** Stripe's library rejects old timestamps but accepts future ones. It reads the last of several timestamps. */
function isFromTheFuture(signature: string, now: Date): boolean {
  const time = signature.split(',').findLast((part) => part.startsWith('t=')) ?? '';
  return parseInt(time.slice(2), 10) - now.getTime() / 1000 > toleranceSeconds;
}
