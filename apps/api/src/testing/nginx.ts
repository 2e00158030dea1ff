import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@commerce-core/core/testing';
import { freePort } from './free-port.ts';
import { present } from './present.ts';
import { tryConnection } from './try-connection.ts';
import { until } from './until.ts';

/** Where nginx is installed; undefined if it isn't. */
export const nginx: string | undefined = findProgram('nginx');

const docs = new URL('../../../../docs/production.md', import.meta.url);

/**
 * Starts nginx with the configuration of docs/production.md before two processes of the API.
 * @returns its URL, and a function that stops it
 */
export async function startNginx(
  ports: readonly [number, number],
): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const documented = present(/```nginx\n(.*?)```/s.exec(readFileSync(docs, 'utf8'))?.[1])
    .replace('127.0.0.1:3000', `127.0.0.1:${ports[0]}`)
    .replace('127.0.0.1:3001', `127.0.0.1:${ports[1]}`)
    .replace('server {\n  location', `server {\n  listen 127.0.0.1:${port};\n  location`);
  const folder = mkdtempSync(join(tmpdir(), 'commerce-nginx-'));
  const file = join(folder, 'nginx.conf');
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const main = `${user} daemon off; pid ${folder}/pid; error_log ${folder}/errors; events {}`;
  writeFileSync(file, `${main} http { access_log off; ${paths} ${documented} }`);
  const child = spawn(present(nginx), ['-c', file, '-p', folder], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await until(async () => tryConnection(port));
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
