#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// This file is JavaScript, and enables the cache first: Node removes types by a compiler that costs a start 0.2 s of CPU
// time and 15 MB, unless each file with types is in the cache. Node keeps it in a folder of the system's temporary files,
// or in NODE_COMPILE_CACHE, apart for each version of Node, and does without it where it can't write.
enableCompileCache();
const { speedUpImports } = await import('./fast-imports.ts');
speedUpImports();
await import('./api-program.ts');
