import type { BatchReport, Commerce, GatewayCallReport } from '@commerce-core/core';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted, for Prometheus: requests, the batches that share transactions, and what goes to and fro with gateways. */
export type Metrics = {
  observeRequest: (request: { route: string; status: number; ms: number }) => void;
  observeBatch: (batch: BatchReport) => void;
  observeGatewayCall: (call: GatewayCallReport) => void;
  /** The lengths of the queues, and of what waits in the database, are asked when the metrics are. */
  watch: (commerce: Watched) => void;
  /** Prometheus' text format. */
  text: () => Promise<string>;
  contentType: string;
};

type Watched = Pick<Commerce, 'queues' | 'gatewayBacklog'>;

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const requests = new Histogram({
    registers,
    name: 'http_request_seconds',
    help: 'Time to answer a request.',
    labelNames: ['route', 'status'],
    buckets: seconds,
  });
  const commands = new Histogram({
    registers,
    name: 'batch_commands',
    help: 'Commands that shared a transaction.',
    labelNames: ['queue'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  });
  const weights = new Histogram({
    registers,
    name: 'batch_weight',
    help: 'What the commands of a batch weigh: lines of orders, else 1 each.',
    labelNames: ['queue'],
    buckets: [1, 4, 16, 64, 256, 1_024, 4_096],
  });
  const waited = new Histogram({
    registers,
    name: 'batch_wait_seconds',
    help: 'How long the first command of a batch waited.',
    labelNames: ['queue'],
    buckets: seconds,
  });
  const took = new Histogram({
    registers,
    name: 'batch_seconds',
    help: 'Time of a batch’s transaction.',
    labelNames: ['queue', 'failed'],
    buckets: seconds,
  });
  const gatewayCalls = new Histogram({
    registers,
    name: 'gateway_call_seconds',
    help: 'Time of a call to a gateway that no caller waits for, by how it was answered.',
    labelNames: ['provider', 'kind', 'answered'],
    buckets: seconds,
  });
  let watched: Watched | undefined;
  new Gauge({
    registers,
    name: 'queue_commands',
    help: 'Commands that wait for a transaction (lane), or for rows that somebody holds (row).',
    labelNames: ['queue', 'for'],
    collect() {
      for (const { name, waiting, blocked } of watched?.queues() ?? []) {
        this.set({ queue: name, for: 'lane' }, waiting - blocked);
        this.set({ queue: name, for: 'row' }, blocked);
      }
    },
  });
  new Gauge({
    registers,
    name: 'queue_lanes_running',
    help: 'Transactions of a queue that are under way.',
    labelNames: ['queue'],
    collect() {
      for (const { name, running } of watched?.queues() ?? []) this.set({ queue: name }, running);
    },
  });
  // One gauge, since one question to the database fills it. While that can't be asked it has no values.
  new Gauge({
    registers,
    name: 'gateway_backlog',
    labelNames: ['of'],
    help: 'What waits between gateways and shop, the same from each process; 10,000 means that or more.',
    async collect() {
      this.reset();
      const backlog = await watched?.gatewayBacklog().catch(() => undefined);
      if (!backlog) return;
      this.set({ of: 'calls_open' }, backlog.callsOpen);
      this.set({ of: 'calls_unanswered' }, backlog.callsUnanswered);
      this.set({ of: 'events_waiting' }, backlog.eventsWaiting);
      this.set({ of: 'events_parked' }, backlog.eventsParked);
    },
  });
  new Counter({
    registers,
    name: 'process_cpu_seconds_total',
    help: 'CPU time of this process.',
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    registers,
    name: 'process_resident_memory_bytes',
    help: 'Memory of this process.',
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });

  return {
    observeRequest: ({ route, status, ms }) => requests.observe({ route, status: String(status) }, ms / 1_000),
    observeBatch(batch) {
      const { queue } = batch;
      commands.observe({ queue }, batch.commands);
      weights.observe({ queue }, batch.weight);
      waited.observe({ queue }, batch.waitedMs / 1_000);
      took.observe({ queue, failed: String(batch.failed) }, batch.tookMs / 1_000);
    },
    observeGatewayCall: ({ provider, kind, answered, tookMs }) =>
      gatewayCalls.observe({ provider, kind, answered }, tookMs / 1_000),
    watch: (commerce) => {
      watched = commerce;
    },
    text: async () => registry.metrics(),
    contentType: registry.contentType,
  };
}
