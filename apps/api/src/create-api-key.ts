import { apiKeyProgram } from './api-key-program.ts';

const { stdout, stderr, exitCode } = await apiKeyProgram(process.argv.slice(2), process.env);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
