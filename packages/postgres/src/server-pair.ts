import { spawnSync } from 'node:child_process';
import { chownSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { clusterPassword, makeCluster, superuser } from './cluster.ts';
import { processIsAlive } from './process-is-alive.ts';
import { freePort, startServer, type PostgresServer } from './server.ts';
import { openServerFolder, type ServerFolder } from './server-folder.ts';
import { testSettings } from './embedded-test-server.ts';

/** A server of a pair. It keeps its port and its data over restarts. */
export type PairedServer = {
  /** The URL of the database `postgres` for the superuser. */
  url: string;
  /** Where it listens, like `127.0.0.1:5432`. */
  host: string;
  /** Kills the server with SIGKILL. */
  kill: () => Promise<void>;
  /** Stops the server: it ends all sessions and keeps everything that is committed. */
  stop: () => Promise<void>;
  /** Starts the server again as what it was, a primary or a standby, with further settings. */
  start: (settings?: Record<string, string>) => Promise<void>;
  /** Runs a statement as the superuser and returns its rows. */
  query: (text: string) => Promise<any[]>;
};

export type ServerPair = {
  primary: PairedServer;
  standby: PairedServer;
  /** Makes the standby a primary, on the next timeline. */
  promote: () => Promise<void>;
  stop: () => Promise<void>;
};

const standbyName = 'standby';

/**
 * Starts a primary and a synchronous hot standby on this machine, for tests of failover. The standby's data are a copy
 * of the stopped primary's.
 */
export const startServerPair = async (): Promise<ServerPair> => {
  const opened = openServerFolder();
  const { folder, binaries, user } = opened;
  const [data, copy] = [join(folder, 'primary'), join(folder, 'standby')];
  makeCluster({ binaries, data, user, sync: false });
  const primary = pairedServer(opened, data, await freePort(), { synchronous_standby_names: standbyName });
  await primary.start({ synchronous_standby_names: '' });
  await primary.query(`select pg_create_physical_replication_slot('${standbyName}')`);
  await primary.stop();
  copyData(opened, data, copy);
  const { hostname, port } = new URL(primary.url);
  const password = clusterPassword(data);
  const standby = pairedServer(opened, copy, await freePort(), {
    primary_conninfo: `host=${hostname} port=${port} user=${superuser} password=${password} application_name=${standbyName}`,
    primary_slot_name: standbyName,
  });
  await primary.start();
  await standby.start();
  await isSynchronous(primary);
  return {
    primary,
    standby,
    promote: async () => {
      await standby.query('select pg_promote(true, 60)');
    },
    stop: async () => {
      await Promise.all([primary.stop(), standby.stop()]);
      opened.remove();
    },
  };
};

const pairedServer = (
  { folder, binaries, user }: ServerFolder,
  data: string,
  port: number,
  own: Record<string, string>,
): PairedServer => {
  let server: PostgresServer | undefined;
  const password = clusterPassword(data);
  const url = `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`;
  return {
    url,
    host: `127.0.0.1:${port}`,
    async start(settings = {}) {
      const all = { ...testSettings, ...own, ...settings };
      server = await afterItsProcesses(() =>
        startServer({ binaries, data, log: `${data}.log`, user, port, settings: all }),
      );
      if (server.url !== url) throw new Error(`port ${port} was taken meanwhile; the log is in ${folder}`);
    },
    async kill() {
      if (!server) return;
      process.kill(server.pid, 'SIGKILL');
      while (processIsAlive(server.pid)) await delay(10);
      server = undefined;
    },
    async stop() {
      await server?.stop();
      server = undefined;
    },
    async query(text) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => {});
      await client.connect();
      try {
        return (await client.query(text)).rows;
      } finally {
        await client.end();
      }
    },
  };
};

/** The processes of a killed server end by themselves, and use its shared memory until then. */
const afterItsProcesses = async (start: () => Promise<PostgresServer>): Promise<PostgresServer> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      if (attempt === 50 || !String(error).includes('shared memory')) throw error;
      await delay(100);
    }
  }
};

const copyData = ({ user }: ServerFolder, from: string, to: string): void => {
  const copied = spawnSync('cp', ['-a', from, to], { encoding: 'utf8' });
  if (copied.status !== 0) throw new Error(`the data can't be copied: ${copied.stderr}`);
  const slots = join(to, 'pg_replslot');
  for (const slot of readdirSync(slots)) rmSync(join(slots, slot), { recursive: true });
  const signal = join(to, 'standby.signal');
  writeFileSync(signal, '');
  if (user) chownSync(signal, user.uid, user.gid);
};

const isSynchronous = async (primary: PairedServer): Promise<void> => {
  for (let turn = 0; turn < 3_000; turn += 1) {
    const rows = await primary.query(`select from pg_stat_replication where sync_state = 'sync'`);
    if (rows.length === 1) return;
    await delay(20);
  }
  throw new Error('the standby did not follow the primary within 60 s');
};
