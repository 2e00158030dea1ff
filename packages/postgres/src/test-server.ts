import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinaries } from './binaries.ts';
import { makeCluster } from './cluster.ts';
import { startServer } from './server.ts';
import { canReach, userForPostgres } from './system-user.ts';
import type { SystemUser } from './system-user.ts';

export type TestServer = {
  url: string;
  /** Which server it is, and why not the one before it in the order of preference. */
  description: string;
  stop: () => Promise<void>;
};

const image = 'postgres:18-alpine';
const containerMs = 180_000;

/** A test's data may die with the machine; COMMIT still takes its normal way through the log. */
const testSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  max_wal_size: '4GB',
};

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().split('\n')[0] ?? '';

const startContainer = async (): Promise<TestServer> => {
  const { PostgreSqlContainer } = await import('@testcontainers/postgresql');
  const settings = Object.entries({ ...testSettings, timezone: 'UTC' });
  const starting = new PostgreSqlContainer(image)
    .withEnvironment({ POSTGRES_INITDB_ARGS: '--encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8' })
    .withCommand(['postgres', ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])])
    .start();
  const container = await Promise.race([
    starting,
    new Promise<never>((_, reject) => {
      const message = `Docker did not have ${image} running within ${containerMs / 1_000} s`;
      setTimeout(() => reject(new Error(message)), containerMs).unref();
    }),
  ]);
  return {
    url: container.getConnectionUri(),
    description: `${image} by Testcontainers`,
    stop: async () => {
      await container.stop();
    },
  };
};

/**
 * Ends the server and removes its folder when this process dies without doing so (SIGKILL): a shell of its own waits
 * for the end of a pipe that only we hold open.
 */
const guardFolder = (folder: string): ChildProcess => {
  const script = `cat > /dev/null
    pidfile="$1/data/postmaster.pid"
    test -e "$pidfile" && kill -QUIT "$(head -n 1 "$pidfile")"
    turns=0
    while test -e "$pidfile" && test $turns -lt 100; do sleep 0.1; turns=$((turns + 1)); done
    rm -rf "$1"`;
  const guard = spawn('sh', ['-c', script, 'sh', folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  (guard.stdin as Socket).unref();
  return guard;
};

/** A new temporary folder that belongs to PostgreSQL's user and that it can get to. */
const temporaryFolder = (user: SystemUser | undefined): string => {
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    const folder = mkdtempSync(join(realpathSync(parent), 'commerce-test-postgres-'));
    if (user) chownSync(folder, user.uid, user.gid);
    if (canReach(user, [folder])) return folder;
    rmSync(folder, { recursive: true });
  }
  throw new Error(`PostgreSQL's user can't enter ${tmpdir()}: set TMPDIR to a folder that it can.`);
};

const startEmbedded = async (): Promise<TestServer> => {
  const user = userForPostgres();
  const folder = temporaryFolder(user);
  const guard = guardFolder(folder);
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
    guard.stdin?.end();
  };
  try {
    let binaries = findBinaries().folder;
    if (!canReach(user, [join(binaries, 'bin', 'postgres')])) {
      cpSync(binaries, join(folder, 'binaries'), { recursive: true, verbatimSymlinks: true });
      binaries = join(folder, 'binaries');
    }
    if (!canReach(user, [join(binaries, 'bin', 'postgres')])) {
      throw new Error(`Nothing may be executed in ${folder}: set TMPDIR to a folder where programs can run.`);
    }
    const data = join(folder, 'data');
    makeCluster({ binaries, data, user, sync: false });
    const server = await startServer({ binaries, data, log: join(folder, 'log'), user, settings: testSettings });
    return {
      url: server.url,
      description: 'embedded PostgreSQL',
      stop: async () => {
        await server.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
};

/**
 * The one PostgreSQL that tests run on: TEST_DATABASE_URL, else Testcontainers, else an embedded one whose data are
 * removed by `stop`. Never DATABASE_URL, which may hold real data.
 */
export const startTestServer = async (): Promise<TestServer> => {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, description: 'the one of TEST_DATABASE_URL', stop: async () => {} };
  let whyNot: string;
  try {
    return await startContainer();
  } catch (error) {
    whyNot = firstLine(error);
  }
  const embedded = await startEmbedded();
  return { ...embedded, description: `${embedded.description} (Testcontainers: ${whyNot})` };
};
