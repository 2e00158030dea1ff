import { spreadOf } from '../report/spread.ts';
import { usualSeed, uniformShape } from './orders.ts';
import { withPair, type Pair } from './pair.ts';
import { bestOf, goal, rates, type Bench, type Scenario, type Series } from './scenario.ts';
import { floorOrders, ourOrders, takeTurns, turnSeconds } from './turns.ts';

// The connections that calls find; half of a peak needs far fewer of them.
const floorClients = 64;
const ourClients = 256;

export const halfRate: Scenario = {
  name: 'half-rate',
  title: 'latency at half of each side’s own peak, calls coming at random',
  long: false,
  takes: ({ rounds, seconds }) =>
    turnSeconds(rounds, seconds, [
      ['floor', 64],
      ['ours', 256],
    ]) + 10,
  run: async (bench) =>
    withPair(bench, usualSeed, async (pair) => {
      const peaks = bench.outcomes.get('uniform')?.series ?? (await findPeaks(bench, pair));
      const half = (of: typeof peaks) => Math.round(spreadOf(rates(bestOf(of))).median / 2);
      const floorRate = half(peaks.filter(({ side }) => side === 'floor'));
      const ourRate = half(peaks.filter(({ side }) => side === 'ours'));
      const series = await takeTurns(
        bench,
        'half-rate',
        [
          {
            label: `floor at ${floorRate}/s`,
            side: 'floor',
            clients: floorClients,
            turn: floorOrders(bench, pair, uniformShape, floorClients, floorRate),
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
      const p99 = series.map(({ rounds }) => rounds.map(({ p99Ms }) => p99Ms));
      return { series, goals: [goal('p99 at half of the peak / pgbench’s', '≤', 3, p99[1]!, p99[0]!)], notes: [] };
    }),
};

/** The rates of both sides, where this run hasn't measured them. */
async function findPeaks(bench: Bench, pair: Pair): Promise<Series[]> {
  const once = { ...bench, options: { ...bench.options, rounds: 1 } };
  return takeTurns(once, 'half-rate, finding the peaks', [
    ...[8, 64].map((clients) => ({
      label: 'floor',
      side: 'floor' as const,
      clients,
      turn: floorOrders(bench, pair, uniformShape, clients),
    })),
    {
      label: 'API',
      side: 'ours',
      clients: ourClients,
      turn: ourOrders(bench, pair, uniformShape, { clients: ourClients }),
    },
  ]);
}
