import { usualSeed, uniformShape } from './orders.ts';
import { withPair } from './pair.ts';
import type { Scenario } from './scenario.ts';
import { coreOrders, floorOrders, ourOrders, takeTurns, turnSeconds } from './turns.ts';

const clients = 64;

/** What the layers cost: the floor's function, the core alone, and the core behind HTTP with all that it does there. */
export const layers: Scenario = {
  name: 'layers',
  title: 'the core alone, and with everything on (HTTP, tRPC, JWT, logs)',
  long: false,
  takes: ({ rounds, seconds }) =>
    turnSeconds(rounds, seconds, [
      ['floor', 8],
      ['core', clients],
      ['ours', clients],
    ]) + 10,
  run: async (bench) =>
    withPair(bench, usualSeed, async (pair) => {
      const series = await takeTurns(bench, 'layers', [
        { label: 'floor', side: 'floor', clients: 8, turn: floorOrders(bench, pair, uniformShape, 8) },
        { label: 'core alone', side: 'core', clients, turn: coreOrders(bench, pair.ours, uniformShape, clients) },
        { label: 'everything on', side: 'ours', clients, turn: ourOrders(bench, pair, uniformShape, { clients }) },
      ]);
      return { series, goals: [], notes: [] };
    }),
};
