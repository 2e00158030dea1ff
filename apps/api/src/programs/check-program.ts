import { migrationPlan, type Database, type EventSink, type Gateway } from '@commerce-core/core';
import { EnvError, readEnv, type Env } from '../config/env.ts';
import { gatewaysFromEnv } from '../config/gateways-from-env.ts';
import { missingSettings } from '../config/missing-settings.ts';
import { sinksFromEnv } from '../config/sinks-from-env.ts';
import { firstNames, openDatabase, placeOf } from '../start-database.ts';
import { explain, type Program } from './program.ts';

const usage = `Checks what the API needs before it starts, and changes nothing: its configuration, the database
(version, encoding, rights, migrations, clock), and whether payment gateways and brokers respond.

  npm run check        reads the same environment as the API

✓ is fine, ! works but should be looked at, ✗ has to be mended. Exits with 1 if anything is ✗.`;

type Result = { sign: '✓' | '!' | '✗'; what: string; text: string };
const fine = (what: string, text: string): Result => ({ sign: '✓', what, text });
const warning = (what: string, text: string): Result => ({ sign: '!', what, text });
const broken = (what: string, text: string): Result => ({ sign: '✗', what, text });

const answerMs = 15_000;
const skewMaxMs = 5_000;

/** The program `npm run check`. */
export const checkProgram: Program = async (args, variables, print) => {
  if (args.length > 0) {
    print(usage);
    return args.every((arg) => arg === '--help' || arg === '-h') ? 0 : 2;
  }
  let failed = false;
  for await (const { sign, what, text } of check(variables)) {
    print(`${sign} ${what.padEnd(14)} ${text}`);
    failed ||= sign === '✗';
  }
  return failed ? 1 : 0;
};

async function* check(variables: Record<string, string | undefined>): AsyncGenerator<Result> {
  let env: Env;
  try {
    env = readEnv(variables);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    yield broken('configuration', error.message.trimStart());
    return;
  }
  yield fine(
    'configuration',
    env.PRODUCTION === 'on' ? 'for production' : 'for development; PRODUCTION=on checks more',
  );
  yield* await checkDatabase(env);
  const gateways = await gatewaysFromEnv(env);
  for (const text of missingSettings(
    env,
    gateways.map(({ provider }) => provider),
  ))
    yield warning('configuration', text);
  yield* await Promise.all(gateways.map(checkGateway));
  yield* await Promise.all((await sinksFromEnv(env)).map(checkSink));
}

async function checkDatabase({ DATABASE_URL: url, DATABASE_SCHEMA: schema }: Env): Promise<Result[]> {
  const connection = { url, schema, poolMax: 2, preparedStatements: false, applicationName: 'commerce-check' };
  let database: Database;
  try {
    database = await openDatabase({ ...connection, waitMaxMs: 0 });
  } catch (error) {
    return [broken('database', explain(error))];
  }
  try {
    const asked = Date.now();
    const { rows } = await database.pool.query<{ version: string; now: Date }>(
      `select current_setting('server_version') as "version", clock_timestamp() as "now"`,
    );
    const [server] = rows;
    const text = `PostgreSQL ${server?.version.split(' ')[0]} at ${placeOf(url)}, schema ${schema}`;
    return [fine('database', text), clockOf(server?.now, asked, Date.now()), await checkMigrations(database)];
  } catch (error) {
    return [broken('database', explain(error))];
  } finally {
    await database.close();
  }
}

/** Reservations and time limits compare times of this machine and of the database. */
function clockOf(now: Date | undefined, asked: number, answered: number): Result {
  const at = now?.getTime() ?? asked;
  const skewMs = Math.max(asked - at, at - answered, 0);
  const text = `${(skewMs / 1_000).toFixed(1)} s apart from the database's`;
  return skewMs > skewMaxMs ? broken('clock', `${text}; set both by NTP`) : fine('clock', text);
}

async function checkMigrations(database: Database): Promise<Result> {
  try {
    const missing = (await migrationPlan(database)).map(({ name }) => name);
    if (missing.length === 0) return fine('migrations', 'all are applied');
    return warning('migrations', `missing: ${firstNames(missing)}; npm run migrate applies them`);
  } catch (error) {
    return broken('migrations', explain(error));
  }
}

/** Lists the last minute's events, which needs a valid key and changes nothing. */
async function checkGateway({ provider, listEvents }: Gateway): Promise<Result> {
  const what = `gateway ${provider}`;
  if (!listEvents) return warning(what, 'has no harmless call by which it could be checked');
  try {
    await inTime(listEvents(new Date(Date.now() - 60_000)));
    return fine(what, 'responds and accepts the key');
  } catch (error) {
    return broken(what, error instanceof Error ? error.message : String(error));
  }
}

/** Publishes nothing, which opens the connection. */
async function checkSink(sink: EventSink): Promise<Result> {
  const what = `broker ${sink.name}`;
  try {
    await inTime(sink.publish([]));
    return fine(what, 'responds');
  } catch (error) {
    return broken(what, error instanceof Error ? error.message : String(error));
  } finally {
    await sink.close?.().catch(() => {});
  }
}

async function inTime(answer: Promise<unknown>): Promise<void> {
  const signal = AbortSignal.timeout(answerMs);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${answerMs / 1_000} s`)));
  });
  await Promise.race([answer, late]);
}
