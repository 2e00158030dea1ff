// Bundles the client: one JavaScript file without the server's code, and one file of its types without the server's.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown, type Plugin } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { payloadTypes, type PayloadSchema } from './payload-types.ts';

const folder = join(import.meta.dirname, '..');
const core = join(folder, '../core');
const dist = join(folder, 'dist');
const separate = join(folder, 'dist/separate');
const external = [/^@trpc\//, 'eventsource', 'zod', 'pg', /^drizzle-orm/, 'hono', '@commerce-core/pg-pipeline'];

/** Where the declarations of the other packages are. */
const declarations: Record<string, string> = {
  '@commerce-core/api/client': join(folder, '../../apps/api/dist/client.d.ts'),
  '@commerce-core/core': join(core, 'dist/index.d.ts'),
  '@commerce-core/core/currencies': join(core, 'dist/currencies.d.ts'),
};

/** Modules that are replaced: a client knows no server's context, and gets events' payloads without their schemas. */
const replaced: Record<string, string> = {
  '/trpc/trpc.ts': 'export type Context = object;\n',
  '/payloads.ts': payloadTypes(readSchemas()),
};

function readSchemas(): Map<string, PayloadSchema> {
  const schemas = join(core, 'schemas');
  const files = readdirSync(schemas).filter((file) => file.endsWith('.json'));
  return new Map(
    files.map((file) => [
      file.slice(0, -'.json'.length),
      JSON.parse(readFileSync(join(schemas, file), 'utf8')) as PayloadSchema,
    ]),
  );
}

const placeOf = (suffix: string): string => join(separate, `${suffix.replaceAll(/\W/g, '-')}.d.ts`);

const ownTypes: Plugin = {
  name: 'own-types',
  resolveId: {
    order: 'pre',
    handler(id) {
      const [suffix] = Object.keys(replaced).filter((name) => id.endsWith(name));
      return suffix === undefined ? declarations[id] : placeOf(suffix);
    },
  },
};

for (const [suffix, text] of Object.entries(replaced)) writeFileSync(placeOf(suffix), text);

const code = await rolldown({ input: join(folder, 'src/index.ts'), external, platform: 'neutral' });
await code.write({ file: join(dist, 'index.js'), format: 'es', sourcemap: true });
const types = await rolldown({
  input: join(separate, 'index.d.ts'),
  // What only the server's types import from the replaced modules; none of it is left.
  shimMissingExports: true,
  onLog: (level, log, report) => log.code !== 'SHIMMED_EXPORT' && report(level, log),
  external,
  plugins: [ownTypes, dts({ dtsOnly: true, tsconfig: join(folder, 'tsconfig.build.json') })],
});
await types.write({ dir: dist, format: 'es' });
rmSync(separate, { recursive: true });

// Each 11.x of tRPC exports these types by these names, which the first ones do by no other name.
const file = join(dist, 'index.d.ts');
const text = readFileSync(file, 'utf8');
writeFileSync(
  file,
  withNextSteps(text).replaceAll(
    /import\("@trpc\/server"\)\.TRPC(\w+)/g,
    'import("@trpc/server/unstable-core-do-not-import").$1',
  ),
);

/** Adapters add their part of `NextSteps` to the core's module, which a front end doesn't have. */
function withNextSteps(declared: string): string {
  const start = 'interface NextSteps {\n';
  if (!declared.includes(start)) throw new Error('the client has no NextSteps');
  return declared.replace(start, `${start}${gatewayNextSteps().join('\n')}\n`);
}

function gatewayNextSteps(): string[] {
  const packages = join(folder, '..');
  const gateways = readdirSync(packages).filter((name) => name.startsWith('gateway-'));
  return gateways.map((name) => {
    const source = readFileSync(join(packages, name, 'src/next-step.ts'), 'utf8');
    const members = /interface NextSteps \{\n([^]*?)\n  \}/.exec(source)?.[1];
    if (members === undefined) throw new Error(`${name} has no part of NextSteps`);
    return members;
  });
}
