import { readOldestDue } from '../../due-work/oldest-due.ts';
import { readEventLag } from '../../events/sequencer-repository.ts';
import { readReportLag } from '../../reporting/report-repository.ts';
import { readRetentionLag } from '../../retention/retention-lag.ts';
import type { Context } from '../../run/context.ts';
import { listSinks } from '../../sinks/sink-repository.ts';
import { publishEventsJob } from '../../sinks/sink.ts';
import { countDeliveries } from '../../webhooks/delivery-repository.ts';
import { readGatewayBacklog } from '../gateway-outbox/read-gateway-backlog.ts';
import { readTrackingBacklog } from '../tracking/read-tracking-backlog.ts';

/** How far a background job is behind, for all processes. */
export type JobLag = {
  job: string;
  /** Rows that wait for the job; 10,000 means that or more, and null that they are not counted. */
  waiting: number | null;
  /** For how many seconds the oldest row has been due; null where no row has a time. */
  oldestSeconds: number | null;
  /** Whether a row has been due for more than two minutes: no process runs the job, or it fails. */
  isLate: boolean;
};

/** What waits for an operator or a gateway; each number up to 10,000. */
export type Parked = {
  gatewayEvents: number;
  trackingMessages: number;
  webhookDeliveries: number;
  /** Calls that a gateway has not answered. */
  unansweredCalls: number;
  /** The age in seconds of the oldest refund that its gateway has not ended. */
  oldestRefundSeconds: number;
};

/** Jobs look about once a second, and rules of retention once a minute. */
const lateAfterSeconds = 120;

type LagContext = Pick<Context, 'database' | 'tracking' | 'keepMs' | 'sinks'>;

/** Reads how far each job is behind, and what is parked: some ten short statements, one after the other. */
export async function readJobLags(context: LagContext): Promise<{ jobs: JobLag[]; parked: Parked }> {
  const { database, tracking, keepMs, sinks } = context;
  const oldest = await readOldestDue(database);
  const events = await readEventLag(database);
  const reports = await readReportLag(database);
  const gateway = await readGatewayBacklog(database.db);
  const carriers = await readTrackingBacklog(database.db, tracking);
  const deliveries = await countDeliveries(database);
  const retention = await readRetentionLag(database, keepMs);
  const jobs = [
    lag('number_events', events.events, events.seconds),
    lag('update_reports', reports, null),
    lag('expire_orders', null, oldest.overdueOrders),
    lag('settle_credits', null, oldest.credits),
    lag('call_gateways', gateway.callsOpen, oldest.gatewayCalls),
    lag('retry_gateway_events', gateway.eventsWaiting, oldest.gatewayEvents),
    lag('retry_tracking_messages', carriers.messagesWaiting, oldest.trackingMessages),
    // Without a provider, every parcel stays due and nothing waits for one.
    ...(tracking.byName.size > 0 ? [lag('track_parcels', carriers.parcelsDue, oldest.parcels)] : []),
    lag('deliver_webhooks', deliveries.retrying, oldest.webhookDeliveries),
    ...(await listSinks(database, [...sinks.keys()])).map(({ name, lagEvents, lagSeconds }) =>
      lag(publishEventsJob(name), lagEvents, lagSeconds),
    ),
    lag('apply_retention', null, Math.max(0, ...Object.values(retention))),
  ];
  const parked = {
    gatewayEvents: gateway.eventsParked,
    trackingMessages: carriers.messagesParked,
    webhookDeliveries: deliveries.parked,
    unansweredCalls: gateway.callsUnanswered,
    oldestRefundSeconds: Math.round(oldest.openRefunds),
  };
  return { jobs, parked };
}

const lag = (job: string, waiting: number | null, oldestSeconds: number | null): JobLag => ({
  job,
  waiting,
  oldestSeconds: oldestSeconds === null ? null : Math.round(oldestSeconds),
  isLate: (oldestSeconds ?? 0) > lateAfterSeconds,
});
