import type { BatchReport, Commerce } from '@commerce-core/core';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted, for Prometheus: requests, and the batches that share transactions. */
export type Metrics = {
  observeRequest: (request: { route: string; status: number; ms: number }) => void;
  observeBatch: (batch: BatchReport) => void;
  /** The queues' lengths are asked when the metrics are. */
  watch: (commerce: Pick<Commerce, 'queues'>) => void;
  /** Prometheus' text format. */
  text: () => Promise<string>;
  contentType: string;
};

export function createMetrics(): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const requests = new Histogram({
    registers, name: 'http_request_seconds', help: 'Time to answer a request.', labelNames: ['route', 'status'], buckets: seconds,
  });
  const commands = new Histogram({
    registers, name: 'batch_commands', help: 'Commands that shared a transaction.', labelNames: ['queue'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  });
  const waited = new Histogram({
    registers, name: 'batch_wait_seconds', help: 'How long the first command of a batch waited.', labelNames: ['queue'], buckets: seconds,
  });
  const took = new Histogram({
    registers, name: 'batch_seconds', help: 'Time of a batch’s transaction.', labelNames: ['queue', 'failed'], buckets: seconds,
  });
  let queues: Commerce['queues'] = () => [];
  new Gauge({
    registers, name: 'queue_commands', help: 'Commands that wait for a transaction.', labelNames: ['queue'],
    collect() {
      for (const { name, waiting } of queues()) this.set({ queue: name }, waiting);
    },
  });
  new Counter({
    registers, name: 'process_cpu_seconds_total', help: 'CPU time of this process.',
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    registers, name: 'process_resident_memory_bytes', help: 'Memory of this process.',
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });

  return {
    observeRequest: ({ route, status, ms }) => requests.observe({ route, status: String(status) }, ms / 1_000),
    observeBatch(batch) {
      const { queue } = batch;
      commands.observe({ queue }, batch.commands);
      waited.observe({ queue }, batch.waitedMs / 1_000);
      took.observe({ queue, failed: String(batch.failed) }, batch.tookMs / 1_000);
    },
    watch: (commerce) => { queues = () => commerce.queues(); },
    text: async () => registry.metrics(),
    contentType: registry.contentType,
  };
}
