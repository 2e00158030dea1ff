import { createHmac, timingSafeEqual } from 'node:crypto';
import { CommerceError, type WebhookMessage } from '@commerce-core/core/tracking';

const algorithm = 'hmac-sha256-hex';

/**
 * Verifies `x-hmac-signature` over the raw body. Any of `secrets` may have signed it, so that they can be rotated.
 *
 * EasyPost signs what it sends, with weights like `17.0`. Its library (8.9) also writes `"weight": 17` as `17.0` before
 * it hashes, for shops that only have the parsed JSON (https://github.com/EasyPost/easypost-node/issues/467). Both
 * texts are accepted here, so that no message is refused that EasyPost's library accepts.
 *
 * The signature has no time, so it never expires: the id of the event tells a replay.
 * https://docs.easypost.com/guides/webhooks-guide
 * @throws invalid_signature when no secret fits
 */
export function verifyEasyPostSignature({ rawBody, header }: WebhookMessage, secrets: readonly string[]): void {
  const given = Buffer.from(header('x-hmac-signature') ?? '');
  const bodies = [rawBody, withDecimalWeights(rawBody)];
  const matches = secrets.flatMap((secret) => bodies.map((body) => isEqual(given, signatureOf(body, secret))));
  if (!matches.includes(true)) throw new CommerceError('invalid_signature', 'the signature does not fit the message');
}

/** The value of the header that EasyPost sends with `body`. */
function signatureOf(body: Buffer, secret: string): Buffer {
  const digest = createHmac('sha256', secret.normalize('NFKD')).update(body).digest('hex');
  return Buffer.from(`${algorithm}=${digest}`);
}

const isEqual = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

/**
 * The body as EasyPost's library hashes it. Invalid UTF-8 becomes U+FFFD; `parseBody` rejects such a body afterwards.
 */
const withDecimalWeights = (body: Buffer): Buffer =>
  Buffer.from(body.toString('utf8').replaceAll(/("weight":\s*)(\d+)(\s*)(?=,|\})/g, '$1$2.0'));
