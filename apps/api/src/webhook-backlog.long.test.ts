import { readFile } from 'node:fs/promises';
import { startWebhookReceiver, versionsBySubject, writeManyOrders } from '@commerce-core/core/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import type { Program } from './testing/program.ts';
import { until } from './testing/until.ts';
import { testWorkers } from './testing/worker.ts';

let api: TestApi;
const workers = testWorkers(() => api);
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await workers.kill();
  await api?.close();
});

/** How much memory a program uses now, in MB. */
const memoryOf = async ({ child }: Program): Promise<number> => {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
};

// Linux tells a process's memory in /proc.
test.skipIf(process.platform !== 'linux')(
  'an endpoint that was off for 20,000 events gets them in order from a worker with a heap of 64 MB',
  async () => {
    const receiver = await startWebhookReceiver();
    const { id: endpointId } = await api.commerce.createWebhookEndpoint({ url: receiver.url });
    await api.commerce.pauseWebhookEndpoint({ endpointId });
    await writeManyOrders(api.database, 3_000);
    await api.commerce.numberEvents();
    const { lastPosition: wanted } = await api.commerce.eventLag();
    expect(wanted).toBeGreaterThan(20_000);
    // Node collects garbage late while it may use more memory, so the heap is bounded.
    // Without a gateway, the orders' refunds stay due and write no events.
    const worker = await workers.start({
      MOCK_WEBHOOK_SECRETS: '',
      NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=4',
    });
    const before = await memoryOf(worker);
    const memory: number[] = [];
    const begin = performance.now();
    await api.commerce.resumeWebhookEndpoint({ endpointId });
    await until(async () => {
      memory.push(await memoryOf(worker));
      return receiver.requests.length >= wanted;
    }, 500_000);
    const seconds = (performance.now() - begin) / 1_000;
    await until(async () => (await api.commerce.getWebhookEndpoint({ endpointId })).position.endsWith(`.${wanted}`));
    expect(new Set(receiver.events().map(({ id }) => id)).size).toBe(wanted);
    for (const versions of Object.values(versionsBySubject(receiver.events())))
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    await receiver.close();
    const half = Math.floor(memory.length / 2);
    const peaks = [memory.slice(0, half), memory.slice(half)].map((part) => Math.max(...part));
    console.info(
      `${wanted} events in ${seconds.toFixed(0)} s (${(wanted / seconds).toFixed(0)}/s); ` +
        `memory ${before.toFixed(0)} MB, then at most ${peaks.map((peak) => peak.toFixed(0)).join(' and ')} MB`,
    );
    // The second half of a log of any length needs what the first half needed.
    expect(peaks[1]).toBeLessThan((peaks[0] ?? 0) + 25);
    expect(peaks[0]).toBeLessThan(before + 100);
  },
);
