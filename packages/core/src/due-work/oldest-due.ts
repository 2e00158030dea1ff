import { type Database } from '@commerce-core/pg-pipeline';
import { quoted } from '../database/schema.ts';
import { unpaidStatuses } from '../order/order.ts';
import { liveStatuses } from '../payment/payment.ts';
import { firstOverdueCapture } from '../payment/payment-repository.ts';
import { openRefundStatuses } from '../refund/refund.ts';

/** Since when the oldest row of each kind waits, in seconds: 0 when none does. */
export type OldestDue = Record<keyof typeof sources, number>;

/** SQL for a time per kind, each the first one of an index. */
const sources = {
  /** Unpaid orders whose reservation is over. */
  overdueOrders: `select min("hold_until") from "commerce"."orders" where "status" in (${quoted(unpaidStatuses)})`,
  /** Credits of exchanges whose money has to go back. */
  credits: `select min("due_at") from "commerce"."return_credits" where "due_at" is not null`,
  /** Authorizations that an operator must be warned about. */
  overdueCaptures: firstOverdueCapture,
  /** Attempts to pay that haven't ended, from their last poll, or from their creation. */
  livePayments: `select min(coalesce("asked_at", "created_at")) from "commerce"."payments"
    where "status" in (${quoted(liveStatuses)})`,
  /** Looks at gateways' lists of events. */
  gatewayListings: `select min("due_at") from "commerce"."gateway_listings"`,
  /** Calls to gateways. */
  gatewayCalls: `select min("due_at") from "commerce"."gateway_calls" where "status" = 'DUE'`,
  /** Events of gateways that are tried again. */
  gatewayEvents: `select min("due_at") from "commerce"."gateway_events"`,
  /** Messages of carriers that are tried again. */
  trackingMessages: `select min("due_at") from "commerce"."tracking_messages"`,
  /** Parcels whose carrier is asked. */
  parcels: `select min("due_at") from "commerce"."parcels" where "live" and "due_at" is not null`,
  /** Deliveries to webhook endpoints that are tried again. */
  webhookDeliveries: `select min("due_at") from "commerce"."webhook_deliveries" where "status" = 'RETRYING'`,
  /** Events that a webhook endpoint has not got to. */
  webhookEvents: `select min(e."created_at") from "commerce"."webhook_endpoints" w
    join "commerce"."event_positions" p on p."position" = w."position" + 1
    join "commerce"."events" e on e."id" = p."event_id" where w."status" = 'ACTIVE'`,
  /** Events that are not in the reports and in the search yet. */
  reportedEvents: `select e."created_at" from "commerce"."report_progress" r
    join "commerce"."event_positions" p on p."position" = r."position" + 1
    join "commerce"."events" e on e."id" = p."event_id" where r."id" = 1`,
  /** Looks of retention for rows whose time is over. */
  retentionRules: `select min("due_at") from "commerce"."retention_rules"`,
  /** Refunds that gateways haven't ended, from their request. */
  openRefunds: `select min("created_at") from "commerce"."refunds" where "status" in (${quoted(openRefundStatuses)})`,
} as const;

const columns = Object.entries(sources).map(
  ([kind, source]) => `coalesce(greatest(extract(epoch from now() - (${source})), 0), 0)::float8 as "${kind}"`,
);
const oldestDue = `select ${columns.join(',\n  ')}`;

/** Reads since when the oldest row of each kind waits. */
export async function readOldestDue({ pool }: Pick<Database, 'pool'>): Promise<OldestDue> {
  const { rows } = await pool.query<OldestDue>(oldestDue);
  // A SELECT without FROM always returns one row.
  return rows[0] as OldestDue;
}
