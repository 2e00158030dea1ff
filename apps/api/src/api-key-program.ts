import { parseArgs } from 'node:util';
import { createCommerce, scopes, type Scope } from '@commerce-core/core';
import { readDatabaseEnv, type Variables } from './config/env.ts';
import { list } from './config/list.ts';
import { explain, isUsage, UsageError } from './programs/program.ts';
import { startDatabase } from './start-database.ts';

const usage = `Makes an operator's API key, migrates the database if need be, and prints the key alone, this once.

  DATABASE_URL=postgres://… node apps/api/src/create-api-key.ts --name NAME --scopes ${scopes.join(',')}

NAME is the client that calls with the key. To rotate a client's key, make another one with the same name, give it to
the client, and revoke the old key when it is no longer used (\`commerce keys revoke\`). Retries with the same
Idempotency-Key return the first answer with either key.
`;

function readArguments(args: readonly string[]): { name: string; scopes: Scope[] } | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: { name: { type: 'string' }, scopes: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return 'help';
  if (!values.name || !values.scopes) throw new UsageError('--name and --scopes are needed');
  const asked = list.parse(values.scopes);
  const unknown = asked.filter((scope) => !(scopes as readonly string[]).includes(scope));
  if (unknown.length > 0) throw new UsageError(`unknown scopes: ${unknown.join(', ')}`);
  return { name: values.name, scopes: asked as Scope[] };
}

async function createApiKey(input: { name: string; scopes: Scope[] }, env: Variables): Promise<string> {
  const { DATABASE_URL: url, DATABASE_SCHEMA: schema } = readDatabaseEnv(env);
  const database = await startDatabase({
    url,
    schema,
    poolMax: 2,
    // It sends each statement once, and may run behind a pooler.
    preparedStatements: false,
    applicationName: 'commerce-create-api-key',
    waitMaxMs: 0,
  });
  try {
    return (await createCommerce({ database }).createApiKey(input)).key;
  } finally {
    await database.close();
  }
}

export type ProgramResult = { stdout: string; stderr: string; exitCode: 0 | 1 | 2 };

/**
 * Runs the program with these arguments and environment variables, and returns what its process prints and ends with.
 */
export async function apiKeyProgram(args: readonly string[], env: Variables): Promise<ProgramResult> {
  try {
    const input = readArguments(args);
    return { stdout: input === 'help' ? usage : `${await createApiKey(input, env)}\n`, stderr: '', exitCode: 0 };
  } catch (error) {
    const wrongly = isUsage(error);
    return { stdout: '', stderr: `${explain(error)}\n${wrongly ? `\n${usage}` : ''}`, exitCode: wrongly ? 2 : 1 };
  }
}
