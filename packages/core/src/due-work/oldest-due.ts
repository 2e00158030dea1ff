import { type Database } from '@commerce-core/pg-pipeline';
import { quoted } from '../database/schema.ts';
import { unpaidStatuses } from '../order/order.ts';
import { openRefundStatuses } from '../refund/refund.ts';

/** Since when the oldest row of each kind waits, in seconds: 0 when none does. */
export type OldestDue = Record<keyof typeof sources, number>;

/** SQL for a time per kind, each the first one of an index. */
const sources = {
  /** Unpaid orders whose reservation is over. */
  overdueOrders: `select min("hold_until") from "commerce"."orders" where "status" in (${quoted(unpaidStatuses)})`,
  /** Credits of exchanges whose money has to go back. */
  credits: `select min("due_at") from "commerce"."return_credits" where "due_at" is not null`,
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
