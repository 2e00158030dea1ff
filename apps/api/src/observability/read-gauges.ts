// oxlint-disable-next-line typescript/triple-slash-reference -- packages that import this one check this file, too
/// <reference path="../partial-imports.d.ts" />
import type { Commerce } from '@commerce-core/core';
import Gauge from 'prom-client/lib/gauge.js';
import type Registry from 'prom-client/lib/registry.js';
import { addBusinessGauges, type WatchedBusiness } from './business-gauges.ts';
import { addReadGauge, keptFor } from './read-gauge.ts';
import { openStreamCount } from '../trpc/open-stream.ts';

/** What the gauges read. */
export type Watched = WatchedBusiness &
  Pick<
    Commerce,
    | 'queues'
    | 'gatewayBacklog'
    | 'trackingBacklog'
    | 'listEventSinks'
    | 'eventLag'
    | 'webhookBacklog'
    | 'retentionLag'
    | 'oldestDue'
  >;

/**
 * The same shop, where what is read from the database is kept for `keepMs`: however many programs scrape a process, its
 * database is read once.
 */
export const keepingReads = (keepMs: number, commerce: Watched): Watched => ({
  queues: () => commerce.queues(),
  gatewayBacklog: keptFor(keepMs, async () => commerce.gatewayBacklog()),
  trackingBacklog: keptFor(keepMs, async () => commerce.trackingBacklog()),
  listEventSinks: keptFor(keepMs, async () => commerce.listEventSinks()),
  eventLag: keptFor(keepMs, async () => commerce.eventLag()),
  webhookBacklog: keptFor(keepMs, async () => commerce.webhookBacklog()),
  retentionLag: keptFor(keepMs, async () => commerce.retentionLag()),
  oldestDue: keptFor(keepMs, async () => commerce.oldestDue()),
  shopTotals: keptFor(keepMs, async () => commerce.shopTotals()),
  lastDoctorRun: keptFor(keepMs, async () => commerce.lastDoctorRun()),
});

type ReadWatched = () => Watched | undefined;

/** Adds the gauges whose values are read from the database when the metrics are. */
export function addReadGauges(registry: Registry, readWatched: ReadWatched): void {
  addBacklogGauge(registry, readWatched);
  addTrackingBacklogGauge(registry, readWatched);
  addEventGauges(registry, readWatched);
  addWebhookGauge(registry, readWatched);
  addRetentionGauge(registry, readWatched);
  addOldestDueGauge(registry, readWatched);
  addBusinessGauges(registry, readWatched);
}

function addBacklogGauge(registry: Registry, readWatched: ReadWatched): void {
  addReadGauge(
    registry,
    {
      name: 'gateway_backlog',
      help: 'Calls and messages between shop and gateways that wait, for all processes; 10,000 means that or more.',
    },
    () => readWatched()?.gatewayBacklog(),
    ({ callsOpen, callsUnanswered, eventsWaiting, eventsParked }) => [
      [{ of: 'calls_open' }, callsOpen],
      [{ of: 'calls_unanswered' }, callsUnanswered],
      [{ of: 'events_waiting' }, eventsWaiting],
      [{ of: 'events_parked' }, eventsParked],
    ],
  );
}

function addTrackingBacklogGauge(registry: Registry, readWatched: ReadWatched): void {
  addReadGauge(
    registry,
    {
      name: 'tracking_backlog',
      help:
        "Carriers' messages that wait or are parked, and parcels that are due to be asked about, " +
        'for all processes; 10,000 means that or more.',
    },
    () => readWatched()?.trackingBacklog(),
    ({ messagesWaiting, messagesParked, parcelsDue }) => [
      [{ of: 'messages_waiting' }, messagesWaiting],
      [{ of: 'messages_parked' }, messagesParked],
      [{ of: 'parcels_due' }, parcelsDue],
    ],
  );
}

function addEventGauges(registry: Registry, readWatched: ReadWatched): void {
  addReadGauge(
    registry,
    {
      name: 'event_lag',
      help:
        'Events that readers cannot see yet (events; 10,000 means that or more), ' +
        'the age of the oldest (seconds), and the last position (position).',
    },
    () => readWatched()?.eventLag(),
    ({ events, seconds, lastPosition }) => [
      [{ of: 'events' }, events],
      [{ of: 'seconds' }, seconds],
      [{ of: 'position' }, lastPosition],
    ],
  );
  addReadGauge(
    registry,
    {
      name: 'event_sink_lag',
      help:
        'Events that a sink does not have (events), the age of the first of them (seconds), ' +
        'and failures in a row (failures).',
      labelNames: ['sink', 'of'],
    },
    () => readWatched()?.listEventSinks(),
    (sinks) =>
      sinks.flatMap(({ name: sink, lagEvents, lagSeconds, attempts }) => [
        [{ sink, of: 'events' }, lagEvents] as const,
        [{ sink, of: 'seconds' }, lagSeconds] as const,
        [{ sink, of: 'failures' }, attempts] as const,
      ]),
  );
  new Gauge({
    registers: [registry],
    name: 'open_streams',
    help: 'Subscriptions that are open in this process.',
    collect() {
      this.set(openStreamCount());
    },
  });
}

function addWebhookGauge(registry: Registry, readWatched: ReadWatched): void {
  addReadGauge(
    registry,
    {
      name: 'webhook_deliveries',
      help:
        'Failed deliveries to webhook endpoints that are tried again (retrying), ' +
        'and those that were given up (parked).',
    },
    () => readWatched()?.webhookBacklog(),
    ({ retrying, parked }) => [
      [{ of: 'retrying' }, retrying],
      [{ of: 'parked' }, parked],
    ],
  );
}

function addRetentionGauge(registry: Registry, readWatched: ReadWatched): void {
  addReadGauge(
    registry,
    {
      name: 'retention_lag_seconds',
      help: 'How long ago the oldest row of a rule should have been removed, for all processes.',
      labelNames: ['rule'],
    },
    () => readWatched()?.retentionLag(),
    (lag) => Object.entries(lag).map(([rule, seconds]) => [{ rule }, seconds] as const),
  );
}

function addOldestDueGauge(registry: Registry, readWatched: ReadWatched): void {
  addReadGauge(
    registry,
    {
      name: 'oldest_due_seconds',
      help: 'How long the oldest row of each kind of background work has been waiting, for all processes.',
    },
    () => readWatched()?.oldestDue(),
    (oldest) =>
      Object.entries(oldest).map(([kind, seconds]) => [
        { of: kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) },
        seconds,
      ]),
  );
}
