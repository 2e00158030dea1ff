import type { RunOptions } from '../options.ts';
import type { Outcome } from '../run.ts';
import type { Count } from '../counts/count.ts';
import type { Covered } from './coverage.ts';

const width = 80;
const findingsShown = 20;

/** The reasons why a run failed, one line each; empty when it passed. */
export const failures = ({ findings }: Pick<Outcome, 'findings'>): string[] =>
  findings.map(({ check, what }) => `${check}: ${what}`);

/** The command that repeats a run with the same seed. */
export const replay = ({ seed, orders, providers, kills }: RunOptions): string =>
  `npm run chaos -- --seed ${seed} --orders ${orders} --providers ${providers.join(',')} --kills ${kills}`;

/** Renders the report of a run in 80 columns. */
export function render(outcome: Outcome, options: RunOptions): string {
  const failed = failures(outcome);
  const shown = failed.slice(0, findingsShown);
  const more = failed.length > shown.length ? [`  … and ${failed.length - shown.length} more`] : [];
  const seconds = `${Math.round(outcome.seconds)} s`;
  const end =
    failed.length === 0
      ? [
          `All checks passed after ${options.orders} shoppers in ${seconds}: the doctor finds nothing, both`,
          'books are equal, acknowledged calls are true, nothing is pending, stock, units',
          'and the money of lines add up, parcels are where their carrier has them,',
          'and each subscriber has the whole log in order.',
        ]
      : [`Checks failed after ${options.orders} shoppers in ${seconds}:`, ...shown.map((line) => `  ${line}`), ...more];
  return [
    inColumns('faults', outcome.faults),
    '',
    inLines('cases and their outcomes', outcome.cases),
    '',
    inLines('what subscribers got', outcome.subscribers),
    '',
    inColumns('outcomes of messages', outcome.effects),
    '',
    inLines('calls and their results', outcome.calls),
    '',
    ...end,
    '',
    `Repeat: ${replay(options)}`,
  ].join('\n');
}

/** A run's seed, and why the run failed: nothing, findings, or an error that ended it. */
export type RunResult = { seed: number; failed: readonly string[] };

/** Renders what several runs had together, in 80 columns. `never` are the cases that they should have had. */
export function renderAll(results: readonly RunResult[], union: Covered, never: readonly Count[]): string {
  const failed = results.filter((result) => result.failed.length > 0);
  return [
    inColumns('faults of all seeds', union.faults),
    '',
    inLines('cases of all seeds', union.cases),
    '',
    `${results.length - failed.length} of ${results.length} seeds passed.`,
    ...failed.map(({ seed, failed: [first, ...more] }) => {
      const others = more.length > 0 ? ` … and ${more.length} more` : '';
      return `  seed ${seed}: ${first}${others}`;
    }),
    ...never.map(({ what }) => `  never occurred: ${what}`),
  ].join('\n');
}

function inLines(title: string, counts: readonly Count[]): string {
  return [title, ...counts.map(({ what, count }) => `  ${what.padEnd(width - 10)}${String(count).padStart(8)}`)].join(
    '\n',
  );
}

/** Renders counts with short names in two columns. */
function inColumns(title: string, counts: readonly Count[]): string {
  const cells = counts.map(({ what, count }) => `  ${what.padEnd(30)}${String(count).padStart(6)}`);
  const rows = Math.ceil(cells.length / 2);
  return [
    title,
    ...Array.from({ length: rows }, (_, row) => `${cells[row]}  ${cells[row + rows] ?? ''}`.trimEnd()),
  ].join('\n');
}
