import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export type SystemUser = { name: string; uid: number; gid: number };

/**
 * Returns the user that PostgreSQL runs as when this process is root, which PostgreSQL refuses: an unprivileged user of
 * the machine, if possible the one with `ownerUid`, who owns existing data. Undefined when this process is not root.
 */
export const userForPostgres = (ownerUid?: number): SystemUser | undefined => {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);
  const preferred = ['postgres', 'nobody', 'daemon'].map((name) => users.find((user) => user.name === name));
  const user = users.find(({ uid }) => uid === ownerUid) ?? preferred.find((found) => found !== undefined) ?? users[0];
  if (!user) {
    throw new Error(
      'PostgreSQL refuses to run as root, and /etc/passwd names no other user. ' +
        'Add one (useradd --system postgres), or run this as another user.',
    );
  }
  return user;
};

/** Returns the options that spawn a program as that user. */
export const spawnAs = (user: SystemUser | undefined): { uid?: number; gid?: number } =>
  user ? { uid: user.uid, gid: user.gid } : {};

/**
 * Returns whether that user may enter each folder and execute each file of the paths, access control lists included.
 */
export const canReach = (user: SystemUser | undefined, paths: string[]): boolean => {
  const asked = spawnSync('sh', ['-c', 'for path; do test -x "$path" || exit 1; done', 'sh', ...paths], {
    ...spawnAs(user),
    cwd: '/',
    stdio: 'ignore',
  });
  if (asked.error) {
    throw new Error(`Can't run a program as the user ${user?.name ?? '(ourselves)'}: ${asked.error.message}`);
  }
  return asked.status === 0;
};
