import type { Payment } from './walk-through.ts';

type NextStepsOptions = {
  simulatorUrl: string;
  /** Of the order that went through everything. */
  number: string;
  unpaid: { number: string; payment: Payment };
  customerToken: string;
  /** A database beside the shop's own; empty when there is none. */
  exampleDatabaseUrl: string;
};

/** The last lines of `npm start`. */
export const nextSteps = (options: NextStepsOptions): string => {
  const { simulatorUrl, number, unpaid, customerToken, exampleDatabaseUrl } = options;
  const database = exampleDatabaseUrl ? `\n  DATABASE_URL=${exampleDatabaseUrl}` : '';
  return `Try next, in another terminal, in this folder:
  npx commerce products list
  npx commerce orders show ${number}
  npx commerce doctor
  npx commerce webhooks list
  npx commerce trigger --help   # have the gateway and the carrier do something
  npm run example:http       # docs/programs.md
  npm run example:embedded

Programs of your own can use these; they stay the same, and are in .data/env:
  CUSTOMER_TOKEN=${customerToken}${database}

Another order waits for its payment. Pay it yourself: paste this. The gateway
sends its webhook twice; the second one is a duplicate and changes nothing.
  curl -H 'content-type: application/json' ${simulatorUrl}/pay -d '{
    "paymentId": "${unpaid.payment.id}", "outcome": "CAPTURED",
    "amount": ${unpaid.payment.amount}, "currency": "${unpaid.payment.currency}", "repeat": 2 }'
  npx commerce orders show ${unpaid.number}
`;
};
