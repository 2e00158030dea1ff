import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@commerce-core/core/testing';
import { freePort } from '../free-port.ts';
import { present } from '../present.ts';
import { tryConnection } from '../try-connection.ts';
import { until } from '../until.ts';

/** Whether the machine has what `startNginx` needs. */
export const hasNginx = ['nginx', 'openssl'].every((program) => findProgram(program) !== undefined);

const page = join(import.meta.dirname, '../../../../../docs/proxies.md');

/** The configuration that docs/proxies.md has, for these ports and the files of this folder. */
function configFromDocs(folder: string, own: number, ports: readonly number[], plain: boolean): string {
  const documented = present(/```nginx\n([^]*?)```/.exec(readFileSync(page, 'utf8'))?.[1])
    .replace('server 127.0.0.1:3000;', ports.map((port) => `server 127.0.0.1:${port} max_fails=0;`).join('\n'))
    .replace(/listen 443 (ssl .*);/, `listen 127.0.0.1:${own} ${plain ? '' : '$1'};`)
    .replace('/etc/ssl/shop.example.pem', join(folder, 'cert.pem'))
    .replace('/etc/ssl/shop.example.key', join(folder, 'key.pem'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  return `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/errors; events {}
    http { access_log off; ${paths} ${documented} }`;
}

/**
 * Starts nginx with the configuration of docs/proxies.md, and a certificate of its own, before processes of the API.
 * @param ports where these processes listen
 * @param options `plain` leaves TLS out, and with it HTTP/2
 * @returns its port, and a function that stops it
 */
export async function startNginx(ports: readonly number[], { plain = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'commerce-nginx-'));
  const own = await freePort();
  const subject = ['-subj', '/CN=shop.example', '-days', '2'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], { stdio: 'ignore' });
  writeFileSync(join(folder, 'nginx.conf'), configFromDocs(folder, own, ports, plain));
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await until(async () => tryConnection(own));
  return {
    port: own,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
