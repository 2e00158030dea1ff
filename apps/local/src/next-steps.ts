import type { Payment } from './walk-through.ts';

/**
 * The last lines of `npm start`. The pasted commands sign the webhook, because a signature expires after five minutes.
 */
export const nextSteps = (options: { url: string; orderId: string; unpaid: Payment }): string => {
  const { url, orderId, unpaid } = options;
  return `Try next, in another terminal, in this folder:
  npx commerce products list
  npx commerce orders show ${orderId}
  npx commerce doctor

Another order waits for its payment. Send the gateway's webhook yourself: paste
this. Pasted again, it is a duplicate and changes nothing.
  key=$(node -p "Buffer.from(require('./.data/local.json').mockWebhookSecret
    .slice(6), 'base64').toString('hex')")
  id=by-hand-${unpaid.id.slice(-12)} now=$(date +%s)
  body='{ "type": "AUTHORIZED", "amount": ${unpaid.amount}, "currency": "${unpaid.currency}",
    "paymentId": "${unpaid.id}" }'
  signature=$(printf %s "$id.$now.$body" |
    openssl dgst -sha256 -mac hmac -macopt hexkey:$key -binary | base64)
  curl -H "webhook-id: $id" -H "webhook-timestamp: $now" \\
    -H "webhook-signature: v1,$signature" -H 'content-type: application/json' \\
    -d "$body" ${url}/api/v1/payments/webhooks/mock
`;
};
