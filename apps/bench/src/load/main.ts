import { coreCalls } from './core-calls.ts';
import { closedLoop, openLoop } from './drive.ts';
import { floorCalls } from './floor-calls.ts';
import type { Job, Loaded, Reply } from './job.ts';
import { Meter } from './measure.ts';
import { orderCalls } from './order-calls.ts';
import type { Calls } from './over-http.ts';
import { webhookCalls } from './webhook-calls.ts';

// The process that makes the load: gets jobs over IPC, one after the other, and answers what it measured. Ends with
// whoever started it.

async function open(job: Job, meter: Meter): Promise<Calls> {
  switch (job.kind) {
    case 'orders':
      return orderCalls(job, meter);
    case 'webhooks':
      return webhookCalls(job, meter);
    case 'core':
      return coreCalls(job, meter);
    case 'floor-orders':
    case 'floor-webhooks':
      return floorCalls(job, meter);
  }
}

async function run(job: Job): Promise<Loaded> {
  const meter = new Meter(job);
  const { calls, ids, close } = await open(job, meter);
  try {
    meter.start();
    await (job.rate === undefined ? closedLoop(calls, meter) : openLoop(calls, meter, job.rate));
    return { ...meter.result(), ids };
  } finally {
    await close();
  }
}

process.on('message', (job: Job) => {
  const answer = (reply: Reply) => process.send?.(reply);
  run(job).then(
    (loaded) => answer({ loaded }),
    (error: Error) => answer({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit());
// A terminal's Ctrl-C reaches this process too; who started it ends it.
process.on('SIGINT', () => {});
