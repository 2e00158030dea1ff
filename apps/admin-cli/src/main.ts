import { processContext } from './command-context.ts';
import { runProgram } from './run-program.ts';

// The program that reads the output has ended (`commerce orders list | head`).
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

process.exitCode = await runProgram(process.argv.slice(2), processContext());
