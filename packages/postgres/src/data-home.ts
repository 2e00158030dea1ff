import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { copyBinaries, findBinaries } from './binaries.ts';
import type { Binaries } from './binaries.ts';
import { canReach, userForPostgres } from './system-user.ts';
import type { SystemUser } from './system-user.ts';

export type DataHome = {
  data: string;
  log: string;
  binaries: Binaries;
  user: SystemUser | undefined;
  /** A sentence for the terminal when the data are not in the usual folder. */
  note?: string;
};

const defaultStateRoot = (): string => {
  if (process.getuid?.() === 0) return '/var/lib/commerce-core';
  const given = process.env['XDG_STATE_HOME'];
  return join(given && isAbsolute(given) ? given : join(homedir(), '.local', 'state'), 'commerce-core');
};

/**
 * Returns whether files here can belong to one user only, which PostgreSQL requires. Shared folders of virtual machines
 * can't.
 */
const keepsOwners = (folder: string, user: SystemUser | undefined): boolean => {
  const probe = mkdtempSync(join(folder, 'probe-'));
  try {
    if (user) chownSync(probe, user.uid, user.gid);
    chmodSync(probe, 0o700);
    const { mode, uid } = statSync(probe);
    return (mode & 0o777) === 0o700 && uid === (user?.uid ?? process.getuid?.());
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
};

const copyOnce = ({ folder, version }: Binaries, state: string): string => {
  const copy = join(state, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const unfinished = `${copy}.new-${process.pid}`;
  copyBinaries(folder, unfinished);
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
};

const ownerOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.uid;

/** Returns PostgreSQL's user, who must own the existing data if there are any. */
const userOfExistingData = (existing: string): SystemUser | undefined => {
  const owner = ownerOf(existing);
  const user = userForPostgres(owner);
  if (!user && owner !== undefined && owner !== process.getuid?.()) {
    throw new Error(`${existing} belongs to another user (${owner}): start as root or that user, or move it away.`);
  }
  return user;
};

/**
 * Returns where the clone's PostgreSQL keeps its data. That is `.data/postgres`. When PostgreSQL's user can't enter it,
 * the data and a copy of the programs are in a state folder of the machine, named by the clone's path. Then
 * `.data/where` has that folder's path, which later starts read.
 */
export const findDataHome = (clone: string, stateRoot = defaultStateRoot()): DataHome => {
  const dotData = join(realpathSync(clone), '.data');
  mkdirSync(dotData, { recursive: true });
  const binaries = findBinaries();
  const inClone = join(dotData, 'postgres');
  const whereFile = join(dotData, 'where');
  const where = existsSync(whereFile) ? readFileSync(whereFile, 'utf8').split('\n')[0] : undefined;
  const movedTo = where && existsSync(where) ? where : undefined;

  const user = userOfExistingData(join(movedTo ?? dotData, 'postgres'));
  const usable = canReach(user, [dotData, join(binaries.folder, 'bin', 'postgres')]) && keepsOwners(dotData, user);
  if (!movedTo && usable) return { data: inClone, log: join(dotData, 'postgres.log'), binaries, user };
  if (!movedTo && existsSync(join(inClone, 'PG_VERSION'))) {
    throw new Error(`PostgreSQL's user ${user?.name ?? ''} can no longer get to its data in ${inClone}.`);
  }

  const state = movedTo ?? join(stateRoot, stateFolderName(dirname(dotData)));
  openStateFolder(state, user, movedTo ? undefined : stateRoot);
  const copied = copyOnce(binaries, state);
  if (!canReach(user, [state, join(copied, 'bin', 'postgres')])) {
    throw new Error(`PostgreSQL can't run in ${state}: its user may not enter, or nothing may be executed there.`);
  }
  const data = join(state, 'postgres');
  const leftByEarlierClone = !movedTo && existsSync(data);
  const reason = user
    ? `because it runs as the user ${user.name}, who can't enter this clone`
    : 'because the file system of this clone keeps no owners and modes';
  writeFileSync(whereFile, `${state}\nPostgreSQL's data and programs for this clone are there, ${reason}.\n`);
  const note = leftByEarlierClone
    ? `Data in ${state}, left there by an earlier clone at this path.`
    : `Data in ${state}, ${reason}.`;
  return { data, log: join(state, 'postgres.log'), binaries: { ...binaries, folder: copied }, user, note };
};

const stateFolderName = (clone: string): string =>
  `${basename(clone)}-${createHash('sha256').update(clone).digest('hex').slice(0, 8)}`;

/**
 * Creates the state folder if it is missing. Only this process's user may enter the folder, unless PostgreSQL runs as
 * `user`. Then others may enter the folder and `newRoot`, the root of a folder that is used for the first time.
 */
const openStateFolder = (state: string, user: SystemUser | undefined, newRoot: string | undefined): void => {
  mkdirSync(state, { recursive: true });
  if (!user) return chmodSync(state, 0o700);
  // Other users may enter this folder, whatever the umask is; only PostgreSQL's user may enter the data folder itself.
  if (newRoot) chmodSync(newRoot, 0o755);
  chmodSync(state, 0o711);
};
