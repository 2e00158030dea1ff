import type { Machine } from '../setup/machine.ts';
import type { Goal, Outcome, Scenario, Series } from '../scenarios/scenario.ts';
import { count, milliseconds, ratio } from './format.ts';
import { spreadOf, type Spread } from './spread.ts';

const width = 80;

const spread = ({ median, least, most }: Spread, format: (value: number) => string): string =>
  `${format(median)} (${format(least)}–${format(most)})`;

/** Cells in columns of these widths; a negative one is aligned to the right. The first column gets what is left. */
function row(cells: readonly string[], widths: readonly number[]): string {
  const rest = width - widths.reduce((sum, one) => sum + Math.abs(one) + 2, 0);
  return cells
    .map((cell, index) => {
      const columns = index === 0 ? rest : widths[index - 1]!;
      return columns < 0 ? cell.padStart(-columns) : cell.padEnd(columns);
    })
    .join('  ')
    .trimEnd();
}

const seriesColumns = [-4, -25, -7, -7];

function seriesRow({ label, clients, rounds }: Series): string {
  const rate = spread(spreadOf(rounds.map(({ perSecond }) => perSecond)), count);
  const [p50, p99] = (['p50Ms', 'p99Ms'] as const).map((of) =>
    milliseconds(spreadOf(rounds.map((round) => round[of])).median),
  );
  return row([`  ${label}`, String(clients), rate, p50!, p99!], seriesColumns);
}

export function renderOutcome({ title }: Pick<Scenario, 'title'>, { series, notes }: Outcome): string {
  const head = row(['', 'from', 'a second', 'p50 ms', 'p99 ms'], seriesColumns);
  return [
    title,
    ...(series.length > 0 ? [head] : []),
    ...series.map(seriesRow),
    ...notes.map((note) => `  ${note}`),
  ].join('\n');
}

const goalColumns = [-6, -17, 6];

function goalRow({ what, wanted, ratio: of, met }: Goal): string {
  return row([what, wanted, spread(of, ratio), met ? 'met' : 'missed'], goalColumns);
}

export function renderGoals(goals: readonly Goal[]): string {
  return [row(['goal (ratios paired within a round)', 'wanted', 'got', ''], goalColumns), ...goals.map(goalRow)].join(
    '\n',
  );
}

export function renderMachine(machine: Machine, floorName: string): string {
  const { cpu, cores, memoryGb, system, node, postgres, settings, dataOnDisk, loadBefore } = machine;
  const lines = [
    `${cpu}, ${cores} cores, ${memoryGb} GB, ${system}`,
    `Node ${node}, PostgreSQL ${postgres}, floor called by ${floorName}`,
    ...wrap(
      Object.entries(settings)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ),
  ];
  if (!dataOnDisk) lines.push('The data are in memory (TMPDIR): COMMIT costs less here than on a disk.');
  if (loadBefore > cores / 4)
    lines.push(`The machine was busy before it began (load ${loadBefore}): trust the ratios more than the figures.`);
  return lines.join('\n');
}

function wrap(text: string): string[] {
  return text.split(', ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 2 > width) return [...lines, word];
    return [...lines.slice(0, -1), `${last}, ${word}`];
  }, []);
}
