import { styleText } from 'node:util';
import { CommanderError, InvalidArgumentError } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { Part } from './parts.ts';
import { createProgram } from './program.ts';
import { printable } from './terminal/printable.ts';

/** Runs the command line `args` (without node and script) and returns the exit code. It never throws. */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    const program = await createProgram(context, wantedBy(args));
    await program.parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    // Commander has printed its own errors. The errors that our actions throw are printed here.
    if (error instanceof CommanderError && !(error instanceof InvalidArgumentError)) {
      return error.exitCode === 0 ? 0 : 2;
    }
    // Loaded here, because most commands succeed.
    const { explain } = await import('./explain.ts');
    const { message, exitCode } = explain(error, context);
    const lines = message.split('\n').map(printable).join('\n');
    context.stderr.write(`${styleText('red', 'error:', { stream: context.stderr })} ${lines}\n`);
    return exitCode;
  }
}

/** Which parts a command line needs: one, none for the help of the program, and all of them for completion. */
function wantedBy(args: readonly string[]): (part: Part) => boolean {
  const words = args.filter((word, at) => !word.startsWith('-') && args[at - 1] !== '--profile');
  const [first, second] = words;
  if (first === 'completion') return () => true;
  const name = first === 'help' ? second : first;
  return (part) => part.name === name;
}
