// oxlint-disable-next-line typescript/triple-slash-reference -- packages that import this one check this file, too
/// <reference path="../partial-imports.d.ts" />
import type { BatchReport, CommerceOptions, GatewayCallReport, RetentionReport } from '@commerce-core/core';
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';
import type { LimitedBy } from '../http/call-limits.ts';
import { addReadGauges, keepingReads, type Watched } from './read-gauges.ts';

/** Metrics for Prometheus: requests, batches that share a transaction, queues, gateways and the process. */
export type Metrics = {
  observeRequest: (request: { route: string; status: number; ms: number }) => void;
  /** Counts a request that was refused because its caller has sent too many. */
  observeLimited: (by: LimitedBy) => void;
  observeBatch: (batch: BatchReport) => void;
  observeGatewayCall: (call: GatewayCallReport) => void;
  /** Options of `createCommerce` that observe calls to tracking providers and their messages. */
  tracking: Required<Pick<CommerceOptions, 'onTrackingCall' | 'onTrackingMessage'>>;
  observeRetention: (removed: RetentionReport) => void;
  /** Sets the shop whose queues, backlogs and totals are read when the metrics are. */
  watch: (commerce: Watched) => void;
  /** The metrics in Prometheus' text format. */
  text: () => Promise<string>;
  contentType: string;
};

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Creates the metrics of one process, in a registry of their own. What is read from the database is kept for `keepMs`,
 * 10 s by default.
 */
export function createMetrics({ keepMs = 10_000 }: { keepMs?: number } = {}): Metrics {
  const registry = new Registry();
  const requests = new Histogram({
    registers: [registry],
    name: 'http_request_seconds',
    help: 'Time to respond to a request.',
    labelNames: ['route', 'status'],
    buckets: secondsBuckets,
  });
  const limited = new Counter({
    registers: [registry],
    name: 'rate_limited_requests_total',
    help: 'Requests that got a 429 because an API key, a customer or an address has sent too many calls.',
    labelNames: ['by'],
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
  addReadGauges(registry, () => watched);
  addProcessMetrics(registry);
  return {
    observeRequest: ({ route, status, ms }) => requests.observe({ route, status: String(status) }, ms / 1_000),
    observeLimited: (by) => limited.inc({ by }),
    observeBatch: createBatchMetrics(registry),
    observeGatewayCall: ({ provider, kind, answered, tookMs }) =>
      gatewayCalls.observe({ provider, kind, answered }, tookMs / 1_000),
    tracking: createTrackingMetrics(registry),
    observeRetention: createRetentionMetric(registry),
    watch: (commerce) => {
      watched = keepingReads(keepMs, commerce);
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

function createTrackingMetrics(registry: Registry): Metrics['tracking'] {
  const calls = new Histogram({
    registers: [registry],
    name: 'tracking_call_seconds',
    help: 'Time of a call to a tracking provider, by its kind and the answer.',
    labelNames: ['provider', 'kind', 'answered'],
    buckets: secondsBuckets,
  });
  const messages = new Counter({
    registers: [registry],
    name: 'tracking_messages_total',
    help: 'Messages of tracking providers that this process has received, by their outcome then.',
    labelNames: ['provider', 'outcome', 'duplicate'],
  });
  return {
    onTrackingCall: ({ provider, kind, answered, tookMs }) =>
      calls.observe({ provider, kind, answered }, tookMs / 1_000),
    onTrackingMessage: ({ provider, outcome, duplicate }) =>
      messages.inc({ provider, outcome, duplicate: String(duplicate) }),
  };
}

function addQueueGauges(registry: Registry, readWatched: () => Watched | undefined): void {
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

function createRetentionMetric(registry: Registry): Metrics['observeRetention'] {
  const removed = new Counter({
    registers: [registry],
    name: 'retention_removed_total',
    help: 'Rows that this process has removed because their time was over, by rule; days of webhook_attempts.',
    labelNames: ['rule'],
  });
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
