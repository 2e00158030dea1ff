import type { RouterOutputs } from '@commerce-core/client';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { JsonOption } from '../command.ts';
import { addCommand } from '../command.ts';
import { connect } from '../connection.ts';
import { print } from '../output.ts';
import { printable } from '../terminal/printable.ts';

export type Violation = RouterOutputs['system']['doctor']['violations'][number];

export function addDoctorCommand(program: Command, context: CommandContext): void {
  addCommand(program, 'doctor', 'check that the books are right; exits 1 when they are not', [
    'doctor',
    'doctor --json',
  ]).action(async (options: JsonOption) => {
    const { client } = connect(context);
    const report = await client.system.doctor.query();
    print(context, report, options, () => renderViolations(report.violations));
    if (report.violations.length > 0) context.exitCode = 1;
  });
}

/** Renders every invariant that does not hold, with its first examples. */
export function renderViolations(violations: readonly Violation[]): string {
  if (violations.length === 0) return 'Everything holds: the doctor found no violation.';
  const found = violations.map(({ name, sentence, advice, count, examples }) => {
    const shown = examples.map((example) => `  ${printable(JSON.stringify(example))}`);
    const more = count > examples.length ? [`  and ${count - examples.length} more`] : [];
    return [`${name}: ${sentence} (${count})`, `  ${advice}`, ...shown, ...more].join('\n');
  });
  return [`The doctor found ${violations.length} violations.`, ...found].join('\n\n');
}
