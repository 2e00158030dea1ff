import { styleText } from 'node:util';
import { CommanderError, InvalidArgumentError } from 'commander';
import { explain } from './explain.ts';
import { createProgram } from './program.ts';
import { printable } from './table.ts';

// Whoever reads us has read enough (`commerce orders list | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

try {
  await createProgram().parseAsync();
} catch (error) {
  // What commander itself ends with it has said; only what our own actions found is left to say.
  if (error instanceof CommanderError && !(error instanceof InvalidArgumentError)) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const { message, exitCode } = explain(error);
    const lines = message.split('\n').map(printable).join('\n');
    process.stderr.write(`${styleText('red', 'error:', { stream: process.stderr })} ${lines}\n`);
    process.exitCode = exitCode;
  }
}
