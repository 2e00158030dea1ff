import { enableCompileCache, registerHooks, type ResolveFnOutput } from 'node:module';

const drizzleFile = /\/node_modules\/drizzle-orm\/[^?]+\.js$/;

/**
 * Makes the imports that follow cost a start a third of their CPU time.
 *
 * Node keeps compiled modules in a folder of the system's temporary files, or in NODE_COMPILE_CACHE.
 *
 * Node 24 parses the `exports` of a package.json again for each import of the package and for each of its files.
 * Drizzle's has 175 kB, which took more than half of the CPU time of a start. Its files are ES modules that import each
 * other by relative paths, so that these imports need no package.json.
 */
export function speedUpImports(): void {
  enableCompileCache();
  const known = new Map<string, ResolveFnOutput>();
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const { parentURL } = context;
      if (parentURL === undefined) return nextResolve(specifier, context);
      if (specifier.startsWith('.'))
        return drizzleFile.test(parentURL) ? esModule(new URL(specifier, parentURL)) : nextResolve(specifier, context);
      if (!/^drizzle-orm(\/|$)/.test(specifier)) return nextResolve(specifier, context);
      // Two packages may depend on different versions.
      const key = `${specifier} ${parentURL.split('/src/')[0]}`;
      const found = known.get(key) ?? nextResolve(specifier, context);
      known.set(key, found);
      return { ...found, shortCircuit: true };
    },
  });
}

const esModule = ({ href }: URL): ResolveFnOutput => ({ url: href, format: 'module', shortCircuit: true });
