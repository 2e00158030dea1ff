import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { processIsAlive } from './process-is-alive.ts';
import { spawnAs } from './system-user.ts';
import type { SystemUser } from './system-user.ts';

/** The password's file, mode 0600. It is inside the data folder, so that one rename creates both. */
const passwordFile = 'superuser-password';
export const superuser = 'postgres';

export type ClusterOptions = {
  binaries: string;
  /** The data folder to create; its parent exists. */
  data: string;
  user: SystemUser | undefined;
  /** Whether the new files are flushed to disk. False for data that need not survive a power cut. */
  sync: boolean;
};

export type ClusterState = 'missing' | 'complete' | 'unrecognised';

export const clusterState = (data: string): ClusterState => {
  let names: string[];
  try {
    names = readdirSync(data);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw error;
  }
  if (names.length === 0) return 'missing';
  return ['PG_VERSION', 'global', 'base', passwordFile].every((name) => names.includes(name))
    ? 'complete'
    : 'unrecognised';
};

export const clusterPassword = (data: string): string => readFileSync(join(data, passwordFile), 'utf8').trim();

/** Removes the temporary folders of interrupted `makeCluster` calls, which are siblings of the data folder. */
const removeLeftovers = (data: string): void => {
  const prefix = `${basename(data)}.new-`;
  for (const name of readdirSync(dirname(data))) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (pid !== process.pid && processIsAlive(pid)) continue;
    rmSync(join(dirname(data), name), { recursive: true, force: true });
  }
};

/** The major version of PostgreSQL's programs. */
function majorOf(binaries: string): number {
  const said = spawnSync(join(binaries, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' }).stdout ?? '';
  return Number(/ (\d+)/.exec(said)?.[1] ?? Number.NaN);
}

/**
 * PostgreSQL's own C.UTF-8, which came with version 17, sorts text in the same order on every machine, whatever locales
 * the system has. Older versions take the system's C.UTF-8.
 */
const localeOptions = (major: number): string[] =>
  major < 17 ? ['--locale=C.UTF-8'] : ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

/**
 * Creates the data folder in one step: initdb writes into a temporary folder, which is renamed when it is complete. So
 * a data folder is complete or absent. When another process was faster, its folder is kept.
 */
export const makeCluster = ({ binaries, data, user, sync }: ClusterOptions): void => {
  removeLeftovers(data);
  const workshop = `${data}.new-${process.pid}`;
  const unfinished = join(workshop, 'data');
  const password = join(workshop, passwordFile);
  mkdirSync(workshop, { mode: 0o700 });
  try {
    writeFileSync(password, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
    if (user) for (const path of [workshop, password]) chownSync(path, user.uid, user.gid);
    const initdb = spawnSync(
      join(binaries, 'bin', 'initdb'),
      [
        `--pgdata=${unfinished}`,
        `--username=${superuser}`,
        `--pwfile=${password}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        ...localeOptions(majorOf(binaries)),
        '--no-instructions',
        ...(sync ? [] : ['--no-sync']),
      ],
      { ...spawnAs(user), cwd: '/', encoding: 'utf8', env: { PATH: process.env['PATH'], LC_ALL: 'C' } },
    );
    if (initdb.error) throw new Error(`PostgreSQL's initdb can't be run: ${initdb.error.message}`);
    if (initdb.status !== 0) {
      const said = `${initdb.stdout}${initdb.stderr}`.trim().split('\n').slice(-10).join('\n');
      throw new Error(`PostgreSQL's initdb failed for ${data}:\n${said}`);
    }
    renameSync(password, join(unfinished, passwordFile));
    try {
      renameSync(unfinished, data);
    } catch (error) {
      if (clusterState(data) !== 'complete') throw error;
    }
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
};
