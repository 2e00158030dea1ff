import { registerHooks, type ResolveFnOutput } from 'node:module';

// Files that are ES modules and import each other by relative paths, so that these imports need no package.json.
const ownFile = /\/(apps|packages)\/[\w-]+\/src\/[^?]+\.ts$/;
const libraryFile = /\/node_modules\/(drizzle-orm|zod|jose|hono)\/(?!dist\/cjs\/)[^?]+\.js$/;

/**
 * Makes the imports that follow cost a start a third of their CPU time.
 *
 * Node 24 looks for the package.json of each imported file, and parses the `exports` of a package.json again for each
 * import of the package and for each of its files. Drizzle's has 175 kB, which took more than half of the CPU time of a
 * start.
 */
export function speedUpImports(): void {
  const known = new Map<string, ResolveFnOutput>();
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const { parentURL } = context;
      if (parentURL === undefined) return nextResolve(specifier, context);
      if (specifier.startsWith('.')) {
        const format = context.conditions.includes('import') ? formatOf(specifier, parentURL) : undefined;
        if (format === undefined) return nextResolve(specifier, context);
        return { url: new URL(specifier, parentURL).href, format, shortCircuit: true };
      }
      if (!/^drizzle-orm(\/|$)/.test(specifier)) return nextResolve(specifier, context);
      // Two packages may depend on different versions.
      const key = `${specifier} ${parentURL.split('/src/')[0]}`;
      const found = known.get(key) ?? nextResolve(specifier, context);
      known.set(key, found);
      return { ...found, shortCircuit: true };
    },
  });
}

/** The format of a file that is imported by a relative path; undefined where Node has to find it out. */
function formatOf(specifier: string, parentURL: string): string | undefined {
  if (specifier.endsWith('.ts') && ownFile.test(parentURL)) return 'module-typescript';
  if (specifier.endsWith('.js') && libraryFile.test(parentURL)) return 'module';
  return undefined;
}
