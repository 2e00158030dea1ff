#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// JavaScript, for the same reason as main.js.
enableCompileCache();
const { speedUpImports } = await import('../fast-imports.ts');
speedUpImports();
const [{ runAsProcess }, { checkProgram }] = await Promise.all([import('./program.ts'), import('./check-program.ts')]);
await runAsProcess(checkProgram);
