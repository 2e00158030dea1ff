import { coreCalls } from './core-calls.ts';
import { closedLoop, openLoop } from './drive.ts';
import { baselineCalls, baselineFlowCalls } from './baseline-calls.ts';
import { runFlashSale } from './flash-sale.ts';
import { flowCalls } from './flow-calls.ts';
import type { Job, Loaded, Reply } from './job.ts';
import { Meter } from './measure.ts';
import { orderCalls } from './order-calls.ts';
import type { Calls } from './over-http.ts';
import { webhookCalls } from './webhook-calls.ts';

// The load process: receives jobs over IPC, one at a time, and returns what it measured. It ends with its parent.

async function openCalls(job: Exclude<Job, { kind: 'flash-sale' }>, meter: Meter): Promise<Calls> {
  switch (job.kind) {
    case 'orders':
      return orderCalls(job, meter);
    case 'webhooks':
      return webhookCalls(job, meter);
    case 'flow':
      return flowCalls(job, meter);
    case 'core':
      return coreCalls(job, meter);
    case 'baseline-orders':
    case 'baseline-webhooks':
      return baselineCalls(job, meter);
    case 'baseline-flow':
      return baselineFlowCalls(job, meter);
  }
}

async function run(job: Job): Promise<Loaded> {
  if (job.kind === 'flash-sale') return runFlashSale(job);
  const meter = new Meter(job);
  const { calls, ids, close } = await openCalls(job, meter);
  try {
    meter.start();
    await (job.rate === undefined ? closedLoop(calls, meter) : openLoop(calls, meter, job.rate));
    return { ...meter.result(), ids };
  } finally {
    await close();
  }
}

process.on('message', (job: Job) => {
  const sendReply = (reply: Reply) => process.send?.(reply);
  run(job).then(
    (loaded) => sendReply({ loaded }),
    (error: Error) => sendReply({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit());
// A terminal's Ctrl-C reaches this process too. The parent process ends it.
process.on('SIGINT', () => {});
