import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyBinaries, findBinaries } from './binaries.ts';
import { canReach, userForPostgres } from './system-user.ts';
import type { SystemUser } from './system-user.ts';

/** A temporary folder for the data of servers, and the programs that they run. */
export type ServerFolder = {
  folder: string;
  binaries: string;
  user: SystemUser | undefined;
  /** Removes the folder. Its servers must have stopped. */
  remove: () => void;
};

/**
 * Stops the servers of a folder and removes the folder when this process is killed before it could do so. A separate
 * shell waits for the end of a pipe that only this process keeps open.
 */
const guardFolder = (folder: string): ChildProcess => {
  const script = `cat > /dev/null
    turns=0
    for pidfile in "$1"/*/postmaster.pid; do
      test -e "$pidfile" && kill -QUIT "$(head -n 1 "$pidfile")"
      while test -e "$pidfile" && test $turns -lt 100; do sleep 0.1; turns=$((turns + 1)); done
    done
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
 * Creates a folder whose subfolders are the data of servers. The end of this process removes it, however it ends, and
 * stops its servers.
 */
export const openServerFolder = (): ServerFolder => {
  const user = userForPostgres();
  const folder = temporaryFolder(user);
  const guard = guardFolder(folder);
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
    guard.stdin?.end();
  };
  try {
    // PostgreSQL of another version, like Debian's in /usr/lib/postgresql/15, for a run of tests or of the chaos on it.
    const other = process.env['TEST_POSTGRES_FOLDER'];
    if (other) return { folder, binaries: other, user, remove };
    let binaries = findBinaries().folder;
    if (!canReach(user, [join(binaries, 'bin', 'postgres')])) {
      copyBinaries(binaries, join(folder, 'binaries'));
      binaries = join(folder, 'binaries');
    }
    if (!canReach(user, [join(binaries, 'bin', 'postgres')])) {
      throw new Error(`Nothing may be executed in ${folder}: set TMPDIR to a folder where programs can run.`);
    }
    return { folder, binaries, user, remove };
  } catch (error) {
    remove();
    throw error;
  }
};
