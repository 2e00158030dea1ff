import { spreadOf } from '../report/spread.ts';
import { usualSeed, uniformShape } from './orders.ts';
import { withPair, type Pair } from './pair.ts';
import { bestOf, goal, rates, type Bench, type Scenario, type Series } from './scenario.ts';
import { baselineOrders, ourOrders, takeTurns, turnSeconds } from './turns.ts';

// How many connections the calls share. Half of a peak needs far fewer.
const baselineClients = 64;
const ourClients = 256;

/** Compares the latency of both sides at half of their own peak rates. */
export const halfRate: Scenario = {
  name: 'half-rate',
  title: 'latency at half of each side’s own peak, calls at random times',
  long: false,
  takes: ({ rounds, seconds }) =>
    turnSeconds(rounds, seconds, [
      ['baseline', 64],
      ['ours', 256],
    ]) + 10,
  run: async (bench) =>
    withPair(bench, usualSeed, async (pair) => {
      const peaks = bench.outcomes.get('uniform')?.series ?? (await findPeaks(bench, pair));
      const half = (of: typeof peaks) => Math.round(spreadOf(rates(bestOf(of))).median / 2);
      const baselineRate = half(peaks.filter(({ side }) => side === 'baseline'));
      const ourRate = half(peaks.filter(({ side }) => side === 'ours'));
      const series = await takeTurns(
        bench,
        'half-rate',
        [
          {
            label: `baseline at ${baselineRate}/s`,
            side: 'baseline',
            clients: baselineClients,
            turn: baselineOrders(bench, pair, uniformShape, baselineClients, baselineRate),
          },
          {
            label: `API at ${ourRate}/s`,
            side: 'ours',
            clients: ourClients,
            turn: ourOrders(bench, pair, uniformShape, { clients: ourClients, rate: ourRate }),
          },
        ],
        { warmed: true },
      );
      const [baseline = [], ours = []] = series.map(({ rounds }) => rounds.map(({ p99Ms }) => p99Ms));
      return { series, goals: [goal('p99 at half of the peak / baseline’s', '≤', 3, ours, baseline)], notes: [] };
    }),
};

/** Measures the peak rates of both sides, for a run without the scenario `uniform`. */
async function findPeaks(bench: Bench, pair: Pair): Promise<Series[]> {
  const once = { ...bench, options: { ...bench.options, rounds: 1 } };
  return takeTurns(once, 'half-rate, finding the peaks', [
    ...[8, 64].map((clients) => ({
      label: 'baseline',
      side: 'baseline' as const,
      clients,
      turn: baselineOrders(bench, pair, uniformShape, clients),
    })),
    {
      label: 'API',
      side: 'ours',
      clients: ourClients,
      turn: ourOrders(bench, pair, uniformShape, { clients: ourClients }),
    },
  ]);
}
