import { enableCompileCache } from 'node:module';
import { speedUpImports } from './fast-imports.ts';

enableCompileCache();
speedUpImports();
const { apiKeyProgram } = await import('./api-key-program.ts');
const { stdout, stderr, exitCode } = await apiKeyProgram(process.argv.slice(2), process.env);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
