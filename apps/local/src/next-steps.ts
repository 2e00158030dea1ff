import type { Payment } from './walk-through.ts';

type NextStepsOptions = {
  url: string;
  orderId: string;
  unpaid: Payment;
  customerToken: string;
  /** A database beside the shop's own; empty when there is none. */
  exampleDatabaseUrl: string;
};

/**
 * The last lines of `npm start`. The pasted commands sign the webhook, because a signature expires after five minutes.
 */
export const nextSteps = (options: NextStepsOptions): string => {
  const { url, orderId, unpaid, customerToken, exampleDatabaseUrl } = options;
  const database = exampleDatabaseUrl ? `\n  DATABASE_URL=${exampleDatabaseUrl}` : '';
  return `Try next, in another terminal, in this folder:
  npx commerce products list
  npx commerce orders show ${orderId}
  npx commerce doctor
  npm run example:http       # the README's programs
  npm run example:embedded

Programs of your own can use these; they stay the same, and are in .data/env:
  CUSTOMER_TOKEN=${customerToken}${database}

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
