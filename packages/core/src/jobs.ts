import type { DueWork } from './due-work/due-work-repository.ts';
import type { Job } from './due-work/run-jobs.ts';
import { eventsRecorded } from './events/event-repository.ts';
import { deliverWebhooksJob } from './webhooks/webhook-endpoint.ts';
import { publishEventsJob } from './sinks/sink.ts';
import { trackParcelsJob } from './shipping/tracked-parcel-repository.ts';
import { retryTrackingMessagesJob } from './shipping/tracking-message-repository.ts';
import { gatewayCallJob } from './gateway-outbox/gateway-call.ts';

/** The methods that jobs run. Each takes the most rows to handle in one turn, and returns how many rows were due. */
export type JobMethods = {
  expireOrders: (limit: number) => Promise<number>;
  settleCredits: (limit: number) => Promise<number>;
  warnAboutCaptures: (limit: number) => Promise<number>;
  retryGatewayEvents: (limit: number) => Promise<number>;
  pollStalePayments: (limit: number) => Promise<number>;
  pollEventLists: () => Promise<number>;
  callGateways: (limit: number, provider: string) => Promise<number>;
  applyRetention: (limit: number) => Promise<{ removed: number; isFull: boolean }>;
  numberEvents: (limit: number) => Promise<number>;
  providers: () => string[];
  deliversWebhooks: () => boolean;
  deliverWebhooks: (limit: number) => Promise<number>;
  stopWebhooks: () => Promise<void>;
  reportFailingEndpoints: (limit: number) => Promise<number>;
  publishEvents: (sink: string, limit: number) => Promise<number>;
  eventSinks: () => string[];
  updateReports: (limit: number) => Promise<number>;
  retryTrackingMessages: (limit: number) => Promise<number>;
  trackParcels: (provider: string, limit: number) => Promise<number>;
  trackingProviders: () => string[];
  closeEventSinks: () => Promise<void>;
};

/**
 * The background jobs: their name, when they are due, the pause between two turns, the rows of one turn, and what a
 * turn runs.
 */
export function jobsOf(methods: JobMethods, pollAfterMs: number, hasFollowers: () => boolean): Job<DueWork>[] {
  return [
    numberEventsJob(methods, hasFollowers),
    ...orderJobs(methods),
    ...gatewayJobs(methods, Math.min(pollAfterMs, 30_000)),
    ...trackingJobs(methods),
    ...sinkJobs(methods),
    ...upkeepJobs(methods),
    ...(methods.deliversWebhooks() ? webhookJobs(methods) : []),
  ];
}

const numberEventsJob = (methods: JobMethods, hasFollowers: () => boolean): Job<DueWork> => ({
  name: eventsRecorded,
  isDue: ({ newEvents }) => newEvents === true,
  // Other processes commit events too, which wakes no job here.
  followUpMs: 25,
  isFrequent: true,
  // A turn costs about 1 ms of CPU. A lone shopper's order, payment and webhook are three commits within 20 ms.
  gatherMs: () => (hasFollowers() ? 0 : 20),
  pauseMs: 5,
  batchMax: 5_000,
  run: async (max) => methods.numberEvents(max),
});

const orderJobs = (methods: JobMethods): Job<DueWork>[] => [
  {
    name: 'expire_orders',
    isDue: ({ overdueOrders }) => overdueOrders === true,
    pauseMs: 1_000,
    batchMax: 200,
    run: async (max) => methods.expireOrders(max),
  },
  {
    name: 'settle_credits',
    isDue: ({ dueCredits }) => dueCredits === true,
    pauseMs: 1_000,
    batchMax: 100,
    run: async (max) => methods.settleCredits(max),
  },
  {
    name: 'warn_about_captures',
    isDue: ({ overdueCaptures }) => overdueCaptures === true,
    pauseMs: 1_000,
    batchMax: 200,
    run: async (max) => methods.warnAboutCaptures(max),
  },
];

const gatewayJobs = (methods: JobMethods, pollPauseMs: number): Job<DueWork>[] => [
  {
    name: 'retry_gateway_events',
    isDue: ({ dueEvents }) => dueEvents === true,
    pauseMs: 1_000,
    batchMax: 200,
    run: async (max) => methods.retryGatewayEvents(max),
  },
  {
    name: 'poll_stale_payments',
    isDue: ({ stalePayments }) => stalePayments === true,
    pauseMs: pollPauseMs,
    batchMax: 200,
    run: async (max) => methods.pollStalePayments(max),
  },
  {
    name: 'poll_event_lists',
    isDue: ({ dueLists }) => dueLists === true,
    pauseMs: pollPauseMs,
    // A turn reads all lists that are due, so it is always followed by the pause.
    batchMax: Infinity,
    run: async () => methods.pollEventLists(),
  },
  // One job a gateway: a gateway that is slow must not delay the calls to the others.
  ...methods.providers().map((provider) => ({
    name: gatewayCallJob(provider),
    isDue: ({ calledProviders }: DueWork) => calledProviders.includes(provider),
    pauseMs: 500,
    batchMax: 32,
    run: async (max: number) => methods.callGateways(max, provider),
  })),
];

const trackingJobs = (methods: JobMethods): Job<DueWork>[] => [
  {
    name: retryTrackingMessagesJob,
    isDue: ({ dueTrackingMessages }) => dueTrackingMessages === true,
    pauseMs: 1_000,
    batchMax: 200,
    run: async (max) => methods.retryTrackingMessages(max),
  },
  // One job a tracking provider, for the same reason as the gateways.
  ...methods.trackingProviders().map((provider) => ({
    name: trackParcelsJob(provider),
    isDue: ({ trackingProviders }: DueWork) => trackingProviders.includes(provider),
    pauseMs: 500,
    batchMax: 32,
    run: async (max: number) => methods.trackParcels(provider, max),
  })),
];

// One job a sink: a broker that is down or slow must not delay the others.
const sinkJobs = (methods: JobMethods): Job<DueWork>[] =>
  methods.eventSinks().map((sink) => ({
    name: publishEventsJob(sink),
    isDue: ({ dueSinks }: DueWork) => dueSinks.includes(sink),
    // Other processes number events too, which wakes no job here.
    followUpMs: 25,
    isFrequent: true,
    pauseMs: 5,
    batchMax: 5_000,
    run: async (max: number) => methods.publishEvents(sink, max),
  }));

/** What the shop's own tables need: the figures of reports, and the removal of old rows. */
const upkeepJobs = (methods: JobMethods): Job<DueWork>[] => [
  {
    name: 'update_reports',
    isDue: ({ newReports }) => newReports === true,
    // Only people read reports. One turn a second costs much less for each event than a turn for each commit.
    isFrequent: true,
    restsAfterFullTurn: true,
    pauseMs: 500,
    batchMax: 5_000,
    run: async (max) => methods.updateReports(max),
  },
  {
    name: 'apply_retention',
    isDue: ({ dueRetention }) => dueRetention === true,
    // A backlog has many batches a second. Metrics count their rows.
    isFrequent: true,
    restsAfterFullTurn: true,
    pauseMs: 1_000,
    batchMax: 1_000,
    run: async (max) => {
      const { removed, isFull } = await methods.applyRetention(max);
      return isFull ? max : Math.min(removed, max - 1);
    },
  },
];

/** The jobs of a process that delivers webhooks to merchants. */
const webhookJobs = (methods: JobMethods): Job<DueWork>[] => [
  {
    name: deliverWebhooksJob,
    isDue: ({ dueEndpoints }) => dueEndpoints === true,
    // Other processes commit events too, which wakes no job here.
    followUpMs: 25,
    pauseMs: 5,
    batchMax: 100,
    run: async (max) => methods.deliverWebhooks(max),
  },
  {
    name: 'report_failing_endpoints',
    isDue: ({ failingEndpoints }) => failingEndpoints === true,
    pauseMs: 1_000,
    batchMax: 100,
    run: async (max) => methods.reportFailingEndpoints(max),
  },
];
