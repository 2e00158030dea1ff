import { speedUpImports } from './fast-imports.ts';

speedUpImports();
await import('./api-program.ts');
