// oxlint-disable-next-line typescript/triple-slash-reference -- packages that import this one check this file, too
/// <reference path="../partial-imports.d.ts" />
import type { BatchReport, Commerce, GatewayCallReport, RetentionReport } from '@commerce-core/core';
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';
import { openStreamCount } from '../trpc/open-stream.ts';

/** Metrics for Prometheus: requests, batches that share a transaction, queues, gateways and the process. */
export type Metrics = {
  observeRequest: (request: { route: string; status: number; ms: number }) => void;
  observeBatch: (batch: BatchReport) => void;
  observeGatewayCall: (call: GatewayCallReport) => void;
  observeRetention: (removed: RetentionReport) => void;
  /** Sets where queue lengths and the gateways' backlog are read, each time that the metrics are. */
  watch: (commerce: Watched) => void;
  /** The metrics in Prometheus' text format. */
  text: () => Promise<string>;
  contentType: string;
};

type Watched = Pick<
  Commerce,
  'queues' | 'gatewayBacklog' | 'listEventSinks' | 'eventLag' | 'webhookBacklog' | 'retentionLag'
>;
type Read<T> = () => T | undefined;

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Creates the metrics of one process, in a registry of their own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const requests = new Histogram({
    registers: [registry],
    name: 'http_request_seconds',
    help: 'Time to respond to a request.',
    labelNames: ['route', 'status'],
    buckets: secondsBuckets,
  });
  const gatewayCalls = new Histogram({
    registers: [registry],
    name: 'gateway_call_seconds',
    help: 'Time of a call from the outbox to a gateway, by its result.',
    labelNames: ['provider', 'kind', 'answered'],
    buckets: secondsBuckets,
  });
  let watched: Watched | undefined;
  addQueueGauges(registry, () => watched);
  addBacklogGauge(registry, () => watched);
  addEventGauges(registry, () => watched);
  addWebhookGauge(registry, () => watched);
  const observeRetention = addRetentionMetrics(registry, () => watched);
  addProcessMetrics(registry);
  return {
    observeRequest: ({ route, status, ms }) => requests.observe({ route, status: String(status) }, ms / 1_000),
    observeBatch: createBatchMetrics(registry),
    observeGatewayCall: ({ provider, kind, answered, tookMs }) =>
      gatewayCalls.observe({ provider, kind, answered }, tookMs / 1_000),
    observeRetention,
    watch: (commerce) => {
      watched = commerce;
    },
    text: async () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function createBatchMetrics(registry: Registry): Metrics['observeBatch'] {
  const commands = new Histogram({
    registers: [registry],
    name: 'batch_commands',
    help: 'Commands that shared a transaction.',
    labelNames: ['queue'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  });
  const weights = new Histogram({
    registers: [registry],
    name: 'batch_weight',
    help: 'Weight of the commands of a batch: the number of lines of an order, 1 for every other command.',
    labelNames: ['queue'],
    buckets: [1, 4, 16, 64, 256, 1_024, 4_096],
  });
  const waited = new Histogram({
    registers: [registry],
    name: 'batch_wait_seconds',
    help: 'How long the first command of a batch waited.',
    labelNames: ['queue'],
    buckets: secondsBuckets,
  });
  const took = new Histogram({
    registers: [registry],
    name: 'batch_seconds',
    help: 'Time of a batch’s transaction.',
    labelNames: ['queue', 'failed'],
    buckets: secondsBuckets,
  });
  return (batch) => {
    const { queue } = batch;
    commands.observe({ queue }, batch.commands);
    weights.observe({ queue }, batch.weight);
    waited.observe({ queue }, batch.waitedMs / 1_000);
    took.observe({ queue, failed: String(batch.failed) }, batch.tookMs / 1_000);
  };
}

function addQueueGauges(registry: Registry, readWatched: Read<Watched>): void {
  new Gauge({
    registers: [registry],
    name: 'queue_commands',
    help: 'Commands that wait for a transaction (lane), or for rows that another transaction has locked (row).',
    labelNames: ['queue', 'for'],
    collect() {
      for (const { name, waiting, blocked } of readWatched()?.queues() ?? []) {
        this.set({ queue: name, for: 'lane' }, waiting - blocked);
        this.set({ queue: name, for: 'row' }, blocked);
      }
    },
  });
  new Gauge({
    registers: [registry],
    name: 'queue_lanes_running',
    help: 'Running transactions of a queue.',
    labelNames: ['queue'],
    collect() {
      for (const { name, running } of readWatched()?.queues() ?? []) this.set({ queue: name }, running);
    },
  });
}

type Values = readonly (readonly [labels: Record<string, string>, value: number])[];

/** Adds a gauge whose values come from one read of the database. It has none while the database cannot be reached. */
function addReadGauge<T>(
  registry: Registry,
  { name, help, labelNames = ['of'] }: { name: string; help: string; labelNames?: string[] },
  read: () => Promise<T> | undefined,
  valuesOf: (facts: T) => Values,
): void {
  new Gauge({
    registers: [registry],
    name,
    help,
    labelNames,
    async collect() {
      this.reset();
      const facts = await read()?.catch(() => undefined);
      if (facts) for (const [labels, value] of valuesOf(facts)) this.set(labels, value);
    },
  });
}

function addBacklogGauge(registry: Registry, readWatched: Read<Watched>): void {
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

function addEventGauges(registry: Registry, readWatched: Read<Watched>): void {
  addReadGauge(
    registry,
    {
      name: 'event_lag',
      help: 'Events that readers cannot see yet (events; 10,000 means that or more), the age of the oldest (seconds), and the last position (position).',
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
      help: 'Events that a sink does not have (events), the age of the first of them (seconds), and failures in a row (failures).',
      labelNames: ['sink', 'of'],
    },
    () => readWatched()?.listEventSinks(),
    (sinks) =>
      sinks.flatMap(({ name: sink, lagEvents, lagSeconds, attempts }): Values => [
        [{ sink, of: 'events' }, lagEvents],
        [{ sink, of: 'seconds' }, lagSeconds],
        [{ sink, of: 'failures' }, attempts],
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

function addWebhookGauge(registry: Registry, readWatched: Read<Watched>): void {
  addReadGauge(
    registry,
    {
      name: 'webhook_deliveries',
      help: 'Failed deliveries to webhook endpoints that are tried again (retrying), and those that were given up (parked).',
    },
    () => readWatched()?.webhookBacklog(),
    ({ retrying, parked }) => [
      [{ of: 'retrying' }, retrying],
      [{ of: 'parked' }, parked],
    ],
  );
}

function addRetentionMetrics(registry: Registry, readWatched: Read<Watched>): Metrics['observeRetention'] {
  const removed = new Counter({
    registers: [registry],
    name: 'retention_removed_total',
    help: 'Rows that this process has removed because their time was over, by rule; days of webhook_attempts.',
    labelNames: ['rule'],
  });
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
  return ({ rule, removed: rows }) => removed.inc({ rule }, rows);
}

function addProcessMetrics(registry: Registry): void {
  new Counter({
    registers: [registry],
    name: 'process_cpu_seconds_total',
    help: 'CPU time of this process.',
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    registers: [registry],
    name: 'process_resident_memory_bytes',
    help: 'Memory of this process.',
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
}
