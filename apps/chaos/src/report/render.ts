import type { Options } from '../options.ts';
import type { Outcome } from '../run.ts';
import { providerNames } from '../setup/providers.ts';
import type { Count } from '../counts/count.ts';

const width = 80;
const findingsShown = 20;

/** A run of this size or more must have every kind of fault and every case. A smaller run cannot have them all. */
export const ordersOfAll = 500;

/** The faults and cases that never occurred. Always empty with fewer providers, which cannot have them all. */
export const missing = (
  { faults, cases }: Pick<Outcome, 'faults' | 'cases'>,
  { providers, kills }: Pick<Options, 'providers' | 'kills'>,
): Count[] =>
  [...faults, ...cases].filter(
    ({ what, count, rare }) =>
      count === 0 &&
      !rare &&
      (what !== 'process_killed' || kills > 0) &&
      providerNames.every((name) => providers.includes(name)),
  );

/** The reasons why a run failed, one line each; empty when it passed. */
export function failures(outcome: Outcome, options: Options): string[] {
  const { orders } = options;
  const never = orders >= ordersOfAll ? missing(outcome, options).map(({ what }) => `never occurred: ${what}`) : [];
  return [...outcome.findings.map(({ check, what }) => `${check}: ${what}`), ...never];
}

/** The command that repeats a run with the same seed. */
export const replay = ({ seed, orders, providers, kills }: Options): string =>
  `npm run chaos -- --seed ${seed} --orders ${orders} --providers ${providers.join(',')} --kills ${kills}`;

/** Renders the report of a run in 80 columns. */
export function render(outcome: Outcome, options: Options): string {
  const failed = failures(outcome, options);
  const shown = failed.slice(0, findingsShown);
  const more = failed.length > shown.length ? [`  … and ${failed.length - shown.length} more`] : [];
  const seconds = `${Math.round(outcome.seconds)} s`;
  const end =
    failed.length === 0
      ? [
          `All checks passed after ${options.orders} shoppers in ${seconds}: the doctor finds nothing, both`,
          'books are equal, acknowledged calls are true, nothing is pending, stock adds up.',
        ]
      : [`Checks failed after ${options.orders} shoppers in ${seconds}:`, ...shown.map((line) => `  ${line}`), ...more];
  return [
    inColumns('faults', outcome.faults),
    '',
    inLines('cases and their outcomes', outcome.cases),
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
