import { parseArgs } from 'node:util';
import { CommerceError, createCommerce, MigrationsDiverged, scopes, type Scope } from '@commerce-core/core';
import { EnvError, readDatabaseEnv } from './config/env.ts';
import { describeFault } from './observability/log.ts';
import { DatabaseUnusable, startDatabase } from './start-database.ts';

const usage = `Creates an operator's API key and prints it. The key cannot be shown again. Applies pending migrations first.

  DATABASE_URL=postgres://… node apps/api/src/create-api-key.ts --name NAME --scopes ${scopes.join(',')}
`;

class UsageError extends Error {
  override readonly name = 'UsageError';
}

function readArguments(): { name: string; scopes: Scope[] } | 'help' {
  const { values } = parseArgs({
    options: { name: { type: 'string' }, scopes: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return 'help';
  if (!values.name || !values.scopes) throw new UsageError('--name and --scopes are required');
  const asked = values.scopes
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
  const unknown = asked.filter((scope) => !(scopes as readonly string[]).includes(scope));
  if (unknown.length > 0) throw new UsageError(`unknown scopes: ${unknown.join(', ')}`);
  return { name: values.name, scopes: asked as Scope[] };
}

async function createApiKey(input: { name: string; scopes: Scope[] }): Promise<string> {
  const { DATABASE_URL: url, DATABASE_SCHEMA: schema } = readDatabaseEnv();
  const database = await startDatabase({
    url,
    schema,
    poolMax: 2,
    applicationName: 'commerce-create-api-key',
    waitMaxMs: 0,
  });
  try {
    return (await createCommerce({ database }).createApiKey(input)).key;
  } finally {
    await database.close();
  }
}

function fail(error: unknown): number {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  const isKnown = [EnvError, DatabaseUnusable, MigrationsDiverged, CommerceError].some((kind) => error instanceof kind);
  const message = isUsage || isKnown ? (error as Error).message : JSON.stringify(describeFault(error));
  process.stderr.write(`${message}\n${isUsage ? `\n${usage}` : ''}`);
  return isUsage ? 2 : 1;
}

try {
  const input = readArguments();
  process.stdout.write(input === 'help' ? usage : `${await createApiKey(input)}\n`);
} catch (error) {
  process.exitCode = fail(error);
}
