import type { Options } from '../options.ts';
import { measureLatency } from './events/latency.ts';
import { measureLiveClients } from './events/live-clients.ts';
import { measureNumbering } from './events/numbering.ts';
import { measureWebhooksOut } from './events/webhooks-out.ts';
import { measureWriters } from './events/writers.ts';
import type { Scenario } from './scenario.ts';

/** The short form leaves out what takes minutes, unless it is asked for. */
const isWhole = ({ long, only }: Options) => long || only.length > 0;

const roundSeconds = (options: Options) => 3 + 5 * (options.seconds + 1) + (isWhole(options) ? 22 : 0);

/** Measures how events leave the shop: numbered, read, streamed and sent to an endpoint. */
export const events: Scenario = {
  name: 'events',
  title: 'events, from the commit to every subscriber',
  long: false,
  takes: (options) => (options.rounds + 1) * roundSeconds(options) + 20,
  async run(bench) {
    const numbering = await measureNumbering(bench);
    const outcomes = [await measureLatency(bench), await measureWriters(bench)];
    if (isWhole(bench.options)) outcomes.push(await measureWebhooksOut(bench), await measureLiveClients(bench));
    return {
      series: outcomes.flatMap(({ series }) => series),
      goals: [...numbering, ...outcomes.flatMap(({ goals }) => goals)],
      notes: outcomes.flatMap(({ notes }) => notes),
    };
  },
};
