#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Two thirds of a short command's time was compiling: 0.42 s without the cache, 0.15 s with it. A folder that can't be
// written is no fault, just slower.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));
await import('../src/main.ts');
