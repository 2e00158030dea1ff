import type { Payment } from './walk-through.ts';

/** The closing lines of `npm start`. The webhook is signed when it is pasted: a ready-made one gets too old. */
export const nextSteps = (options: { url: string; orderId: string; unpaid: Payment }): string => {
  const { url, orderId, unpaid } = options;
  return `Try next, in another terminal, in this folder:
  npx commerce products list
  npx commerce orders show ${orderId}
  npx commerce doctor

Another order waits for its payment. Be the gateway: paste this, twice if you
like; the second time it is answered as a duplicate and nothing happens again.
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
