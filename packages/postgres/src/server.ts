import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { clusterPassword, superuser } from './cluster.ts';
import { processIsAlive } from './process-is-alive.ts';
import { spawnAs } from './system-user.ts';
import type { SystemUser } from './system-user.ts';

export type ServerOptions = {
  binaries: string;
  data: string;
  /** The server's log file, which every start overwrites. */
  log: string;
  user: SystemUser | undefined;
  /** The port to use if it is free. Defaults to any free port. */
  port?: number | undefined;
  /** Server parameters in addition to those that every server here has. */
  settings: Record<string, string>;
};

export type PostgresServer = {
  /** The URL of the database `postgres` for the superuser. */
  url: string;
  pid: number;
  /** Stops the server: ends all sessions and keeps everything committed. Resolves when the process has ended. */
  stop: () => Promise<void>;
};

const startMs = 60_000;
const stopMs = 30_000;
// PostgreSQL itself gives its processes 5 seconds before it kills them.
const quitMs = 60_000;
const portAttempts = 5;

// glibc returns freed memory to the kernel after each statement and asks for it again in the next one. Those `brk`
// calls and page faults were a quarter of PostgreSQL's CPU time. With these values a backend asks for 32 MB at a time,
// and keeps up to 512 MB of freed memory. Other C libraries ignore the variables.
const mallocEnv = { MALLOC_TOP_PAD_: String(32 * 2 ** 20), MALLOC_TRIM_THRESHOLD_: String(512 * 2 ** 20) };

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

export const serverUrl = (data: string, port: number): string =>
  `postgres://${superuser}:${clusterPassword(data)}@127.0.0.1:${port}/postgres`;

/** Returns the data folder that the server at the URL reports, or undefined when no server accepts the URL. */
export const answeringDataFolder = async (url: string): Promise<string | undefined> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
};

const lastLines = (log: string): string => readFileSync(log, 'utf8').trim().split('\n').slice(-10).join('\n');

/** Stops a postmaster, with a harder signal when the gentle one takes too long. @throws Error when it does not stop */
export const stopProcess = async (pid: number): Promise<void> => {
  for (const [signal, patienceMs] of [
    ['SIGINT', stopMs],
    ['SIGQUIT', quitMs],
  ] as const) {
    if (!processIsAlive(pid)) return;
    process.kill(pid, signal);
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (!processIsAlive(pid)) return;
      await delay(20);
    }
  }
  throw new Error(`PostgreSQL (process ${pid}) doesn't stop.`);
};

const tryStart = async (options: ServerOptions, port: number): Promise<PostgresServer | 'port taken'> => {
  const { binaries, data, log, user, settings } = options;
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // The server accepts only TCP with a password: a socket file would be in a folder that others may write.
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...settings,
  };
  const output = openSync(log, 'w', 0o600);
  // In its own session, Ctrl-C of the terminal reaches only this process, which stops the server last.
  const server = spawn(
    join(binaries, 'bin', 'postgres'),
    ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...spawnAs(user),
      cwd: '/',
      detached: true,
      stdio: ['ignore', output, output],
      env: { PATH: process.env['PATH'], LC_ALL: 'C', ...mallocEnv },
    },
  );
  closeSync(output);
  server.unref();
  let ended: string | undefined;
  server.once('error', (error) => (ended = error.message));
  server.once('exit', (code, signal) => (ended ??= `it ended with ${signal ?? `code ${code}`}`));

  const url = serverUrl(data, port);
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    if (ended !== undefined) {
      const said = lastLines(log);
      if (/Address already in use/.test(said)) return 'port taken';
      throw new Error(`PostgreSQL did not start: ${ended}\n${said}`);
    }
    if ((await answeringDataFolder(url)) === data && server.pid !== undefined) {
      const { pid } = server;
      return { url, pid, stop: () => stopProcess(pid) };
    }
    await delay(20);
  }
  if (server.pid !== undefined) await stopProcess(server.pid);
  throw new Error(`PostgreSQL did not answer within ${startMs / 1_000} s:\n${lastLines(log)}`);
};

/**
 * Starts a server on 127.0.0.1 at its port if that is free, else at a free one, and waits until it accepts connections.
 * Errors have the log's last lines.
 */
export const startServer = async (options: ServerOptions): Promise<PostgresServer> => {
  for (let attempt = 1; attempt <= portAttempts; attempt += 1) {
    const wanted = attempt === 1 ? options.port : undefined;
    const started = await tryStart(options, wanted ?? (await freePort()));
    if (started !== 'port taken') return started;
  }
  throw new Error(`PostgreSQL found no free port on 127.0.0.1 in ${portAttempts} attempts.`);
};
