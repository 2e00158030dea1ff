import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { clusterState, makeCluster } from './cluster.ts';
import { findDataHome } from './data-home.ts';
import type { DataHome } from './data-home.ts';
import { runningPostmaster } from './postmaster-pid.ts';
import { answeringDataFolder, serverUrl, startServer, stopProcess } from './server.ts';
import type { PostgresServer } from './server.ts';

export type LocalServer = {
  /** URL of the database `commerce`. */
  url: string;
  /** URL of the database `example`, which is for programs that try something out beside the shop. */
  exampleUrl: string;
  pid: number;
  /** Whether the server was still running, because an earlier start was killed. */
  adopted: boolean;
  data: string;
  note: string | undefined;
  /** Resolves when the server ends without `stop`. */
  lost: Promise<void>;
  stop: () => Promise<void>;
};

const databases = { url: 'commerce', exampleUrl: 'example' };
const adoptMs = 60_000;
const claimMs = 2_000;
const startAttempts = 10;

const settings = {
  max_connections: '200',
  // Omits DETAIL lines, which quote rows, so that the log has no personal data.
  log_error_verbosity: 'terse',
};

const adopt = async (data: string): Promise<PostgresServer | undefined> => {
  const deadline = Date.now() + adoptMs;
  for (;;) {
    const running = runningPostmaster(data);
    if (!running) return undefined;
    const { pid, port } = running;
    const url = serverUrl(data, port);
    const answering = port > 0 ? await answeringDataFolder(url) : undefined;
    if (answering === data) return { url, pid, stop: () => stopProcess(pid) };
    if (answering !== undefined || Date.now() > deadline) {
      throw new Error(
        `${join(data, 'postmaster.pid')} names the PostgreSQL process ${pid}, which ` +
          (answering === undefined ? 'does not answer.' : `serves ${answering}.`) +
          ` End it (kill -INT ${pid}), or remove that file if the folder is a copy.`,
      );
    }
    await delay(50);
  }
};

const adoptOrStart = async ({ binaries, data, log, user }: DataHome, port: number | undefined) => {
  for (let attempt = 1; ; attempt += 1) {
    const adopted = await adopt(data);
    if (adopted) return { server: adopted, adopted: true };
    try {
      const server = await startServer({ binaries: binaries.folder, data, log, user, settings, port });
      return { server, adopted: false };
    } catch (error) {
      // Another start was faster, or processes of a killed server have not ended yet.
      const passing = /lock file "postmaster.pid" already exists|pre-existing shared memory block/;
      if (attempt === startAttempts || !(error instanceof Error) || !passing.test(error.message)) throw error;
      await delay(300);
    }
  }
};

/**
 * Opens the session whose lock reserves the data for this start, and which ends with this process. Returns undefined
 * when another start has the lock. A start that was killed may keep it for some milliseconds.
 */
const claim = async (url: string): Promise<pg.Client | undefined> => {
  const client = new pg.Client({ connectionString: url, application_name: 'npm start', keepAlive: true });
  client.on('error', () => {});
  await client.connect();
  const deadline = Date.now() + claimMs;
  do {
    const { rows } = await client.query("select pg_try_advisory_lock(hashtext('npm start')) as mine");
    if (rows[0]?.mine === true) return client;
    await delay(50);
  } while (Date.now() < deadline);
  await client.end();
  return undefined;
};

/**
 * Starts the PostgreSQL of a clone. The first start creates the data, and later ones keep them. A server that a killed
 * start left running is used again. `port` is used if it is free.
 * @throws Error while another start of the same clone runs; then nothing is changed
 */
export const startLocalServer = async (
  clone: string,
  options: { stateRoot?: string; port?: number | undefined } = {},
): Promise<LocalServer> => {
  const home = findDataHome(clone, options.stateRoot);
  const { binaries, data, user, note } = home;
  const state = clusterState(data);
  if (state === 'unrecognised') {
    throw new Error(`${data} is no complete data folder of ours, so it is left alone. Move it away and start again.`);
  }
  if (state === 'missing') makeCluster({ binaries: binaries.folder, data, user, sync: true });
  const madeBy = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (madeBy !== binaries.version.split('.')[0]) {
    throw new Error(`${data} was made by PostgreSQL ${madeBy}, this is ${binaries.version}: move it away.`);
  }

  const { server, adopted } = await adoptOrStart(home, options.port);
  const session = await claim(server.url);
  if (!session) throw new Error(`Another npm start of this clone is running, on ${data}.`);
  let stopping = false;
  const lost = new Promise<void>((resolve) => session.once('end', () => !stopping && resolve()));
  const stop = async (): Promise<void> => {
    stopping = true;
    await session.end().catch(() => {});
    await server.stop();
  };
  try {
    const { rows } = await session.query<{ datname: string }>('select datname from pg_database');
    const known = rows.map(({ datname }) => datname);
    for (const name of Object.values(databases))
      if (!known.includes(name)) await session.query(`create database ${name}`);
  } catch (error) {
    await stop();
    throw error;
  }
  const urlOf = (database: string): string => new URL(`/${database}`, server.url).href;
  const urls = { url: urlOf(databases.url), exampleUrl: urlOf(databases.exampleUrl) };
  return { ...urls, pid: server.pid, adopted, data, note, lost, stop };
};
