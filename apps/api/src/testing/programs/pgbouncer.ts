import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { tryConnection } from '../try-connection.ts';
import { until } from '../until.ts';

const said = String(spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' }).stdout);

/** The version of the machine's PgBouncer, like 1.18; undefined when it has none. */
export const pgBouncerVersion: string | undefined = /PgBouncer (\d+\.\d+)/.exec(said)?.[1];

/**
 * Starts PgBouncer in transaction mode before the server of a URL.
 * @returns the URL with PgBouncer's port, and a function that stops PgBouncer
 */
export async function startPgBouncer(serverUrl: string) {
  const { username, password, hostname, port } = new URL(serverUrl);
  const own = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'commerce-pgbouncer-'));
  // PgBouncer refuses to run as root, so another user reads the files.
  chmodSync(folder, 0o755);
  writeFileSync(join(folder, 'users'), `"${username}" "${decodeURIComponent(password)}"\n`);
  writeFileSync(
    join(folder, 'ini'),
    `[databases]
* = host=${hostname} port=${port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users')}
pool_mode = transaction
max_client_conn = 200
default_pool_size = 40
server_login_retry = 1
`,
  );
  const child = spawn('pgbouncer', [join(folder, 'ini')], {
    stdio: 'ignore',
    ...(process.getuid?.() === 0 && { uid: 65_534, gid: 65_534 }),
  });
  await until(async () => tryConnection(own));
  return {
    url: Object.assign(new URL(serverUrl), { port: String(own) }).href,
    async stop() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
      rmSync(folder, { recursive: true });
    },
  };
}
