import { spreadOf } from '../report/spread.ts';
import { startApi } from '../setup/api.ts';
import { rssMb } from '../setup/rss.ts';
import { usualSeed, uniformShape } from './orders.ts';
import { expectHealthy } from './pair.ts';
import { goalOf, type Goal, type Scenario } from './scenario.ts';
import { ourOrders } from './turns.ts';

const clients = 64;
const turnSeconds = 20;
const everyMs = 2_000;
const mbMax = 300;

/** Measures the API's memory over minutes of orders without a pause. */
export const memory: Scenario = {
  name: 'memory',
  title: 'memory of the API under load',
  long: true,
  takes: ({ minutes }) => minutes * 60 * 1.6 + 30,
  async run(bench) {
    const { minutes } = bench.options;
    const database = await bench.server.createDatabase('memory', usualSeed);
    const api = await startApi(database.url, bench.options.env);
    const samples: number[] = [];
    const timer = setInterval(() => {
      rssMb(api.pid).then(
        (mb) => samples.push(mb),
        () => {},
      );
    }, everyMs);
    try {
      const own = { ...bench, options: { ...bench.options, seconds: turnSeconds } };
      const turn = ourOrders(own, { ours: database, api }, uniformShape, { clients });
      const until = performance.now() + minutes * 60_000;
      while (performance.now() < until) {
        bench.progress.now(`memory, ${Math.round((until - performance.now()) / 1000)} s left`);
        const { perSecond } = await turn();
        bench.progress.say(`memory: ${Math.round(samples.at(-1) ?? 0)} MB at ${Math.round(perSecond)} orders/s`);
      }
      clearInterval(timer);
      await expectHealthy('the API', database);
    } finally {
      clearInterval(timer);
      await api.stop();
      await database.drop();
    }
    return {
      series: [],
      goals: goalsOf(samples),
      notes: [`${minutes} minutes at ${clients} clients, sampled every ${everyMs / 1000} s`],
    };
  },
};

/**
 * The memory must be bounded, and must not grow from the second fifth of the time, after the warm-up, to the last
 * fifth.
 */
function goalsOf(samples: readonly number[]): Goal[] {
  const fifth = Math.floor(samples.length / 5);
  const all = spreadOf(samples);
  const early = spreadOf(samples.slice(fifth, 2 * fifth)).median;
  const late = spreadOf(samples.slice(-fifth)).median;
  const growth = late / early;
  return [
    { what: 'memory of the API, MB', wanted: `≤ ${mbMax}`, ratio: all, met: all.most <= mbMax },
    goalOf('memory at the end / when warm', '≤', 1.1, [growth]),
  ];
}
