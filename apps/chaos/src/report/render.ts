import type { Options } from '../options.ts';
import type { Outcome } from '../run.ts';
import { providerNames } from '../setup/providers.ts';
import type { Count } from '../tally/count.ts';

const width = 80;
const findingsShown = 20;

/** From this size on everything has to occur: a run of a few orders can't have it all. */
export const ordersOfAll = 500;

/** What should have occurred and never did. Of fewer providers, or without kills, not everything can. */
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

/** Why the run failed, one line a reason; none when it didn't. */
export function failures(outcome: Outcome, options: Options): string[] {
  const { orders } = options;
  const never = orders >= ordersOfAll ? missing(outcome, options).map(({ what }) => `never occurred: ${what}`) : [];
  return [...outcome.findings.map(({ check, what }) => `${check}: ${what}`), ...never];
}

/** The command that runs the same again, whole, to be copied. */
export const replay = ({ seed, orders, providers, kills }: Options): string =>
  `npm run chaos -- --seed ${seed} --orders ${orders} --providers ${providers.join(',')} --kills ${kills}`;

export function render(outcome: Outcome, options: Options): string {
  const failed = failures(outcome, options);
  const shown = failed.slice(0, findingsShown);
  const more = failed.length > shown.length ? [`  … and ${failed.length - shown.length} more`] : [];
  const seconds = `${Math.round(outcome.seconds)} s`;
  const end =
    failed.length === 0
      ? [
          `All is well after ${options.orders} shoppers in ${seconds}: the doctor finds nothing, both books`,
          'are equal, every acknowledged call is true, nobody waits, the stock adds up.',
        ]
      : [
          `Something is wrong after ${options.orders} shoppers in ${seconds}:`,
          ...shown.map((line) => `  ${line}`),
          ...more,
        ];
  return [
    inColumns('faults', outcome.faults),
    '',
    inLines('cases and their answers', outcome.cases),
    '',
    inColumns('what became of the messages', outcome.effects),
    '',
    inLines('calls and their answers', outcome.calls),
    '',
    ...end,
    '',
    `Replay: ${replay(options)}`,
  ].join('\n');
}

function inLines(title: string, counts: readonly Count[]): string {
  return [title, ...counts.map(({ what, count }) => `  ${what.padEnd(width - 10)}${String(count).padStart(8)}`)].join(
    '\n',
  );
}

/** Short names, two beside each other. */
function inColumns(title: string, counts: readonly Count[]): string {
  const cells = counts.map(({ what, count }) => `  ${what.padEnd(30)}${String(count).padStart(6)}`);
  const rows = Math.ceil(cells.length / 2);
  return [
    title,
    ...Array.from({ length: rows }, (_, row) => `${cells[row]}  ${cells[row + rows] ?? ''}`.trimEnd()),
  ].join('\n');
}
