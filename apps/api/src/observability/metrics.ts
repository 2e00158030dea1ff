// oxlint-disable-next-line typescript/triple-slash-reference -- packages that import this one check this file, too
/// <reference path="../partial-imports.d.ts" />
import type { BatchReport, Commerce, GatewayCallReport } from '@commerce-core/core';
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
  /** Sets where queue lengths and the gateways' backlog are read, each time that the metrics are. */
  watch: (commerce: Watched) => void;
  /** The metrics in Prometheus' text format. */
  text: () => Promise<string>;
  contentType: string;
};

type Watched = Pick<Commerce, 'queues' | 'gatewayBacklog' | 'listEventSinks' | 'eventLag' | 'webhookBacklog'>;
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
  addProcessMetrics(registry);
  return {
    observeRequest: ({ route, status, ms }) => requests.observe({ route, status: String(status) }, ms / 1_000),
    observeBatch: createBatchMetrics(registry),
    observeGatewayCall: ({ provider, kind, answered, tookMs }) =>
      gatewayCalls.observe({ provider, kind, answered }, tookMs / 1_000),
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

/** One gauge, because one read of the database has all values. It has none while the database cannot be reached. */
function addBacklogGauge(registry: Registry, readWatched: Read<Watched>): void {
  new Gauge({
    registers: [registry],
    name: 'gateway_backlog',
    labelNames: ['of'],
    help: 'Calls and messages between shop and gateways that wait, for all processes; 10,000 means that or more.',
    async collect() {
      this.reset();
      const backlog = await readWatched()
        ?.gatewayBacklog()
        .catch(() => undefined);
      if (!backlog) return;
      this.set({ of: 'calls_open' }, backlog.callsOpen);
      this.set({ of: 'calls_unanswered' }, backlog.callsUnanswered);
      this.set({ of: 'events_waiting' }, backlog.eventsWaiting);
      this.set({ of: 'events_parked' }, backlog.eventsParked);
    },
  });
}

/** One read of the database has all values. There is none while the database cannot be reached. */
function addEventGauges(registry: Registry, readWatched: Read<Watched>): void {
  new Gauge({
    registers: [registry],
    name: 'event_lag',
    labelNames: ['of'],
    help: 'Events that readers cannot see yet (events; 10,000 means that or more), the age of the oldest (seconds), and the last position (position).',
    async collect() {
      this.reset();
      const lag = await readWatched()
        ?.eventLag()
        .catch(() => undefined);
      if (!lag) return;
      this.set({ of: 'events' }, lag.events);
      this.set({ of: 'seconds' }, lag.seconds);
      this.set({ of: 'position' }, lag.lastPosition);
    },
  });
  new Gauge({
    registers: [registry],
    name: 'event_sink_lag',
    labelNames: ['sink', 'of'],
    help: 'Events that a sink does not have (events), the age of the first of them (seconds), and failures in a row (failures).',
    async collect() {
      this.reset();
      const sinks = await readWatched()
        ?.listEventSinks()
        .catch(() => undefined);
      for (const { name, lagEvents, lagSeconds, attempts } of sinks ?? []) {
        this.set({ sink: name, of: 'events' }, lagEvents);
        this.set({ sink: name, of: 'seconds' }, lagSeconds);
        this.set({ sink: name, of: 'failures' }, attempts);
      }
    },
  });
  new Gauge({
    registers: [registry],
    name: 'open_streams',
    help: 'Subscriptions that are open in this process.',
    collect() {
      this.set(openStreamCount());
    },
  });
}

/** It has no value while the database cannot be reached. */
function addWebhookGauge(registry: Registry, readWatched: Read<Watched>): void {
  new Gauge({
    registers: [registry],
    name: 'webhook_deliveries',
    labelNames: ['of'],
    help: 'Failed deliveries to webhook endpoints that are tried again (retrying), and those that were given up (parked).',
    async collect() {
      this.reset();
      const backlog = await readWatched()
        ?.webhookBacklog()
        .catch(() => undefined);
      if (!backlog) return;
      this.set({ of: 'retrying' }, backlog.retrying);
      this.set({ of: 'parked' }, backlog.parked);
    },
  });
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
