import type { Machine } from '../setup/machine.ts';
import type { Goal, Outcome, Scenario, Series } from '../scenarios/scenario.ts';
import { count, milliseconds, ratio } from './format.ts';
import { spreadOf, type Spread } from './spread.ts';

const width = 80;

const spread = ({ median, least, most }: Spread, format: (value: number) => string): string =>
  `${format(median)} (${format(least)}–${format(most)})`;

/** Renders a row. A negative width aligns the cell to the right. The first column gets the rest of the line's width. */
function row(cells: readonly string[], widths: readonly number[]): string {
  const rest = width - widths.reduce((sum, one) => sum + Math.abs(one) + 2, 0);
  return cells
    .map((cell, index) => {
      const columns = index === 0 ? rest : (widths[index - 1] ?? 0);
      return columns < 0 ? cell.padStart(-columns) : cell.padEnd(columns);
    })
    .join('  ')
    .trimEnd();
}

const seriesColumns = [-4, -22, -6, -6, -5, -5];

const medianOf = (rounds: Series['rounds'], of: (round: Series['rounds'][number]) => number | undefined): number =>
  spreadOf(rounds.flatMap((round) => of(round) ?? [])).median;

function seriesRow({ label, clients, rounds }: Series): string {
  const rate = spread(spreadOf(rounds.map(({ perSecond }) => perSecond)), count);
  return row(
    [
      `  ${label}`,
      String(clients),
      rate,
      milliseconds(medianOf(rounds, ({ p50Ms }) => p50Ms)),
      milliseconds(medianOf(rounds, ({ p99Ms }) => p99Ms)),
      count(medianOf(rounds, ({ cpuUs }) => cpuUs?.postgres)),
      count(medianOf(rounds, ({ cpuUs }) => cpuUs?.node)),
    ],
    seriesColumns,
  );
}

/** Explains the columns of `renderOutcome`. */
export const legend = `a second: the median of the rounds (lowest–highest)
µs PG, µs JS: CPU time a call, of PostgreSQL and of the process that runs the core`;

/** Names the programs that sent a scenario's load over HTTP: wrk can't send the load of each scenario. */
function sendersOf(series: readonly Series[]): string[] {
  const names = new Set(series.flatMap(({ rounds }) => rounds.flatMap(({ sentBy }) => sentBy ?? [])));
  return names.size > 0 ? [`  load over HTTP from ${[...names].join(' and ')}`] : [];
}

/** Renders a scenario's table and notes. */
export function renderOutcome({ title }: Pick<Scenario, 'title'>, { series, notes }: Outcome): string {
  const head = [row(['', 'from', 'a second', 'p50 ms', 'p99 ms', 'µs PG', 'µs JS'], seriesColumns)];
  return [
    title,
    ...(series.length > 0 ? head : []),
    ...series.map(seriesRow),
    ...sendersOf(series),
    ...notes.map((note) => `  ${note}`),
  ].join('\n');
}

const goalColumns = [-6, -17, 6];

function goalRow({ what, wanted, ratio: of, met }: Goal): string {
  return row([what, wanted, spread(of, ratio), met ? 'met' : 'missed'], goalColumns);
}

/** Renders the table of goals. */
export function renderGoals(goals: readonly Goal[]): string {
  return [row(['goal (ratios paired within a round)', 'wanted', 'got', ''], goalColumns), ...goals.map(goalRow)].join(
    '\n',
  );
}

/** The programs that call the baseline and send the load over HTTP. */
export type Callers = { baseline: string; load: string };

/** Renders the machine, and warnings that concern all figures. */
export function renderMachine(machine: Machine, callers: Callers): string {
  const { cpu, cores, memoryGb, system, node, postgres, settings, dataOnDisk, loadBefore } = machine;
  const lines = [
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}`,
    `Node ${node}, PostgreSQL ${postgres}`,
    `baseline called by ${callers.baseline}, load over HTTP from ${callers.load}`,
    ...wrap(
      Object.entries(settings)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ),
  ];
  if (!dataOnDisk) lines.push('The data are in memory (TMPDIR): COMMIT costs less here than on a disk.');
  if (loadBefore > cores / 4)
    lines.push(
      `The machine was busy before the run (load ${loadBefore}): the ratios are more reliable than the figures.`,
    );
  return lines.join('\n');
}

function wrap(text: string): string[] {
  return text.split(', ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 2 > width) return [...lines, word];
    return [...lines.slice(0, -1), `${last}, ${word}`];
  }, []);
}
