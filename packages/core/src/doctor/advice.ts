import { callChecks } from './call-checks.ts';
import type { Check } from './check.ts';
import { creditChecks } from './credit-checks.ts';
import { eventChecks } from './event-checks.ts';
import { guestChecks } from './guest-checks.ts';
import { inboxChecks } from './inbox-checks.ts';
import { keyChecks } from './key-checks.ts';
import { orderChecks } from './order-checks.ts';
import { parcelChecks } from './parcel-checks.ts';
import { paymentChecks } from './payment-checks.ts';
import { refundChecks } from './refund-checks.ts';
import { reportChecks } from './report-checks.ts';
import { retentionChecks } from './retention-checks.ts';
import { returnChecks } from './return-checks.ts';
import { shareChecks } from './share-checks.ts';
import { shipmentChecks } from './shipment-checks.ts';
import { stockChecks } from './stock-checks.ts';
import { trackingChecks } from './tracking-checks.ts';
import { webhookChecks } from './webhook-checks.ts';

const advices: readonly [advice: string, checks: readonly (readonly Check[])[]][] = [
  [
    "Count the product's shelf and enter the count. Then read its movements for the first one that is wrong.",
    [stockChecks],
  ],
  [
    'Open the orders and read their history. Send nothing and refund nothing of them before their numbers are clear.',
    [orderChecks, guestChecks, returnChecks],
  ],
  [
    "Compare the payments with the gateway's dashboard or `commerce reconcile` before more " +
      'money of these orders moves.',
    [paymentChecks, refundChecks, shareChecks, creditChecks],
  ],
  [
    'Look at the messages and calls of these payments. Overdue ones: ' +
      'see that a process runs the jobs and the gateway responds.',
    [inboxChecks, callChecks],
  ],
  [
    'Look for the parcels on the shelf and at the carrier, and correct or mark them. ' +
      'Overdue ones: see that the jobs run.',
    [shipmentChecks, parcelChecks, trackingChecks],
  ],
  [
    'Readers of events may have missed some. After a repair rewind the endpoints, and publish to the sinks again.',
    [eventChecks, webhookChecks],
  ],
  ['See that a process runs the jobs, and read its log for the job that fails.', [keyChecks, retentionChecks]],
  ['Orders and money are right; a list or a report is not. See that the job update_reports runs.', [reportChecks]],
];

const byCheck = new Map(
  advices.flatMap(([advice, groups]) => groups.flat().map(({ name }) => [name, advice] as const)),
);

/** What an operator does first about a violation of a check. */
export const adviceFor = ({ name }: Pick<Check, 'name'>): string =>
  byCheck.get(name) ?? 'Keep the examples, and read the log of the processes.';
