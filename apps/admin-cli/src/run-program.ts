import { styleText } from 'node:util';
import { CommanderError, InvalidArgumentError } from 'commander';
import type { CommandContext } from './command-context.ts';
import { explain } from './explain.ts';
import { createProgram } from './program.ts';
import { printable } from './table.ts';

/** Runs the command line `args` (without node and script) and returns the exit code. It never throws. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    await createProgram(context).parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Commander has printed its own errors. The errors that our actions throw are printed here.
    if (error instanceof CommanderError && !(error instanceof InvalidArgumentError)) {
      return error.exitCode === 0 ? 0 : 2;
    }
    const { message, exitCode } = explain(error, context);
    const lines = message.split('\n').map(printable).join('\n');
    context.stderr.write(`${styleText('red', 'error:', { stream: context.stderr })} ${lines}\n`);
    return exitCode;
  }
}
