import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyBinaries, findBinaries } from './binaries.ts';
import { makeCluster } from './cluster.ts';
import { startServer } from './server.ts';
import { canReach, userForPostgres } from './system-user.ts';
import type { SystemUser } from './system-user.ts';

/** Settings for tests, whose data need not survive a power cut. COMMIT still writes to the log. */
export const testSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  max_wal_size: '4GB',
};

/**
 * Stops the server and removes its folder when this process is killed before it could do so. A separate shell waits for
 * the end of a pipe that only this process keeps open.
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

/** Creates a temporary folder that belongs to PostgreSQL's user and that this user can enter. */
const temporaryFolder = (user: SystemUser | undefined): string => {
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    const folder = mkdtempSync(join(realpathSync(parent), 'commerce-test-postgres-'));
    if (user) chownSync(folder, user.uid, user.gid);
    if (canReach(user, [folder])) return folder;
    rmSync(folder, { recursive: true });
  }
  throw new Error(`PostgreSQL's user can't enter ${tmpdir()}: set TMPDIR to a folder that it can.`);
};

/**
 * Starts a server on new data. `stop` removes both, and so does the end of this process, however it ends. Measurements
 * pass durable `settings` instead of those for tests.
 */
export const startEmbeddedTestServer = async (
  settings: Record<string, string> = testSettings,
): Promise<{ url: string; stop: () => Promise<void> }> => {
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
      copyBinaries(binaries, join(folder, 'binaries'));
      binaries = join(folder, 'binaries');
    }
    if (!canReach(user, [join(binaries, 'bin', 'postgres')])) {
      throw new Error(`Nothing may be executed in ${folder}: set TMPDIR to a folder where programs can run.`);
    }
    const data = join(folder, 'data');
    makeCluster({ binaries, data, user, sync: false });
    const server = await startServer({ binaries, data, log: join(folder, 'log'), user, settings });
    return {
      url: server.url,
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
