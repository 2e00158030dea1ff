import { expect, test } from 'vitest';
import { goal, type Series } from '../scenarios/scenario.ts';
import { renderChart } from './chart.ts';
import { renderGoals, renderOutcome } from './render.ts';
import { spreadOf } from './spread.ts';

const round = (perSecond: number) => ({
  perSecond,
  p50Ms: 12.34,
  p99Ms: 4.56,
  succeeded: 1,
  failed: {},
  cpuUs: { postgres: 210, node: undefined },
});
const series = (label: string, side: Series['side'], ...rates: number[]): Series => ({
  label,
  side,
  clients: 64,
  rounds: rates.map(round),
});

test('a spread has the median, the lowest and the highest; an even count has a mean as median', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, least: 1, most: 4 });
});

test('a goal’s ratio is computed for each round, not from the medians', () => {
  const { ratio, met } = goal('a', '≥', 2, [10, 30, 20], [10, 10, 4]);
  expect(ratio).toEqual({ median: 3, least: 1, most: 5 });
  expect(met).toBe(true);
  expect(goal('a', '≤', 2, [10, 30, 20], [10, 10, 4]).met).toBe(false);
});

test('a goal without a figure is missed: a baseline without calls has not been beaten', () => {
  expect(goal('a', '≥', 2, [10], [0]).met).toBe(false);
  expect(goal('a', '≤', 2, [], []).met).toBe(false);
});

test('a table has at most 80 columns', () => {
  const outcome = {
    series: [series('baseline', 'baseline', 1_234, 12_345), series('1,000,000 before', 'ours', 12_345)],
    goals: [],
    notes: [],
  };
  const goals = [
    goal('order.create, 256 clients / best baseline', '≥', 2, [123], [10]),
    goal('one hot product, 64 clients / best baseline', '≥', 5, [1], [3]),
  ];
  const lines = [renderOutcome({ title: 'order.create' }, outcome), renderGoals(goals)].join('\n').split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(lines[2]).toMatch(/^  baseline +64 +6,790 \(1,234–12,345\) +12 +4\.6 +210 +–$/);
  expect(lines.at(-1)).toMatch(/≥ 5 +0\.33 \(0\.33–0\.33\) +missed$/);
});

test('a table names the programs that sent its load', () => {
  const sent = (...names: string[]): Series => ({
    label: 'API',
    side: 'ours',
    clients: 8,
    rounds: names.map((sentBy) => ({ ...round(1), sentBy })),
  });
  const render = (...all: Series[]) => renderOutcome({ title: 'a' }, { series: all, goals: [], notes: ['a note'] });
  expect(render(sent('wrk 4.1.0', 'wrk 4.1.0'), sent('Node'))).toContain(
    '\n  load over HTTP from wrk 4.1.0 and Node\n',
  );
  expect(render(series('baseline', 'baseline', 1))).not.toContain('load');
});

test('the chart has a bar for each series, and the fastest has the longest bar', () => {
  const svg = renderChart(
    [{ title: 'a & b', series: [series('baseline', 'baseline', 100), series('API', 'ours', 400)] }],
    ['here'],
  );
  const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(widths).toEqual([125, 500]);
  expect(svg).toContain('a &amp; b');
});
