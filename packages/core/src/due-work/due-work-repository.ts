import { statement, type Database } from '@commerce-core/pg-pipeline';
import { someCreditIsDue } from '../credit/credit-repository.ts';
import { someEventHasNoPosition } from '../events/sequencer-repository.ts';
import { someGatewayEventIsDue } from '../gateway-inbox/gateway-event-repository.ts';
import { someGatewayListingIsDue } from '../gateway-outbox/event-list-repository.ts';
import { providersWithDueCalls } from '../gateway-outbox/gateway-call-repository.ts';
import { someOrderIsOverdue } from '../order/order-repository.ts';
import { someCaptureIsOverdue, somePaymentMayBeStale } from '../payment/payment-repository.ts';
import { someEventIsNotReported } from '../reporting/reporting-repository.ts';
import { someRetentionRuleIsDue } from '../retention/retention-repository.ts';
import { sinksWithDueEvents } from '../sinks/sink-repository.ts';
import { providersWithDueParcels } from '../shipping/tracked-parcel-repository.ts';
import { someTrackingMessageIsDue } from '../shipping/tracking-message-repository.ts';
import { someRefundIsOpen } from '../refund/refund-repository.ts';
import { someEndpointIsDue, someEndpointIsFailing } from '../webhooks/webhook-endpoint-repository.ts';

/** Which jobs have due rows. null stands for a table without rows that can become due. */
export type DueWork = {
  overdueOrders: boolean | null;
  /** Whether money of an exchange is to go back. */
  dueCredits: boolean | null;
  /** Whether an operator must be warned about an authorization. */
  overdueCaptures: boolean | null;
  dueEvents: boolean | null;
  /** The providers that have due calls. */
  calledProviders: string[];
  /** Whether payments or refunds may have to be polled. */
  stalePayments: boolean | null;
  dueLists: boolean | null;
  /** Whether a rule of retention looks for rows whose time is over. */
  dueRetention: boolean | null;
  newEvents: boolean | null;
  /** Whether the reports lack events. */
  newReports: boolean | null;
  /** Whether an endpoint has something to deliver. */
  dueEndpoints: boolean;
  failingEndpoints: boolean;
  /** The event sinks that don't have all events. */
  dueSinks: string[];
  dueTrackingMessages: boolean | null;
  /** The tracking providers that have due parcels. */
  trackingProviders: string[];
};

/** The providers of this shop, and how old a payment without messages may be. */
export type DueWorkOptions = {
  providers: readonly string[];
  listing: readonly string[];
  pollAfterMs: number;
  payableAfterCancelMs: number;
  sinks: readonly string[];
  trackingProviders: readonly string[];
};

// Each part reads the first row of an index in the order of that index: the planner can't take a scan for cheaper, as
// it may where `exists` lets it hope for a due row among the first rows of a table.
const dueWork = statement(
  'due_work',
  `
  select ${someOrderIsOverdue} as "overdueOrders",
    ${someCreditIsDue} as "dueCredits",
    ${someCaptureIsOverdue} as "overdueCaptures",
    ${someGatewayEventIsDue} as "dueEvents",
    ${providersWithDueCalls('$1')} as "calledProviders",
    (${somePaymentMayBeStale('$3', '$4')} or ${someRefundIsOpen}) as "stalePayments",
    ${someGatewayListingIsDue('$2')} as "dueLists",
    ${someRetentionRuleIsDue} as "dueRetention",
    ${someEventHasNoPosition} as "newEvents",
    ${someEventIsNotReported} as "newReports",
    ${someEndpointIsDue} as "dueEndpoints",
    ${someEndpointIsFailing} as "failingEndpoints",
    ${sinksWithDueEvents('$5')} as "dueSinks",
    ${someTrackingMessageIsDue} as "dueTrackingMessages",
    ${providersWithDueParcels('$6')} as "trackingProviders"`,
);

/** Looks for due rows of all jobs. */
export async function readDueWork(
  { pool }: Pick<Database, 'pool'>,
  { providers, listing, pollAfterMs, payableAfterCancelMs, sinks, trackingProviders }: DueWorkOptions,
): Promise<DueWork> {
  // Without a name it is planned each time, for the tables as they are then. A plan made for empty tables would stay.
  const { text } = dueWork;
  const { rows } = await pool.query<DueWork>({
    text,
    values: [providers, listing, pollAfterMs, payableAfterCancelMs, sinks, trackingProviders],
  });
  // A SELECT without FROM always returns one row.
  return rows[0]!;
}
