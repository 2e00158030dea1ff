import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type ClientHttp2Session } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from './testing/free-port.ts';
import { startTestApi, until, type TestApi } from './testing/index.ts';

const isInstalled = ['nginx', 'openssl'].every((program) => spawnSync(program, ['-v']).error === undefined);

const openSession = async (port: number) =>
  new Promise<ClientHttp2Session | undefined>((resolve) => {
    const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    session.once('connect', () => resolve(session)).on('error', () => resolve(undefined));
  });

/** The configuration that docs/proxies.md has for nginx, for these ports and files. */
function configFromDocs(folder: string, ports: { nginx: number; api: string }): string {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/proxies.md'), 'utf8');
  const block = /```nginx\n([^]*?)```/.exec(page)?.[1] ?? '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const own = block
    .replace('server 127.0.0.1:3000;', `server 127.0.0.1:${ports.api};`)
    .replace('listen 443 ssl', `listen 127.0.0.1:${ports.nginx} ssl`)
    .replace('/etc/ssl/shop.example.pem', join(folder, 'cert.pem'))
    .replace('/etc/ssl/shop.example.key', join(folder, 'key.pem'));
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n');
  return `daemon off; master_process off; pid ${folder}/pid; error_log stderr warn;
    events {}
    http { access_log off; ${paths}\n${own} }`;
}

describe.skipIf(!isInstalled)('behind nginx with the configuration of docs/proxies.md', () => {
  let api: TestApi;
  let folder: string;
  let nginx: ChildProcess;
  let session: ClientHttp2Session;
  beforeAll(async () => {
    api = await startTestApi({ jobs: true });
    folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    const subject = ['-subj', '/CN=shop.example', '-days', '2'];
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], {
      stdio: 'ignore',
    });
    const port = await freePort();
    writeFileSync(join(folder, 'nginx.conf'), configFromDocs(folder, { nginx: port, api: new URL(api.url).port }));
    nginx = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'inherit' });
    session = await until(async () => openSession(port));
  });
  afterAll(async () => {
    session?.destroy();
    nginx?.kill();
    await api?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  /** Sends a request over HTTP/2, and collects what comes. */
  function send(path: string, { body = '', ...headers }: Record<string, string> = {}) {
    const stream = session.request({ ':path': path, ':method': body ? 'POST' : 'GET', ...headers });
    const response = { status: 0, text: '', ended: false, stream };
    stream.on('response', (received) => (response.status = received[':status'] ?? 0));
    stream.on('data', (chunk: Buffer) => (response.text += chunk.toString()));
    stream.on('end', () => (response.ended = true)).on('error', () => {});
    if (body) stream.end(body);
    return response;
  }

  test('requests are served over HTTP/2, one after the other over the same connections, and metrics are not', async () => {
    for (let n = 0; n < 100; n += 1) {
      const response = send('/healthz');
      await until(() => response.ended);
      expect([response.status, response.text]).toEqual([200, '{"status":"ok"}']);
    }
    const metrics = send('/metrics');
    await until(() => metrics.ended);
    expect(metrics.status).toBe(404);
  });

  test('a stream passes on each event at once, while others are open', async () => {
    const authorization = `Bearer ${await api.createApiKey('events')}`;
    const input = encodeURIComponent(JSON.stringify({ after: '0', types: ['product.created'] }));
    const streams = Array.from({ length: 10 }, () => send(`/trpc/event.stream?input=${input}`, { authorization }));
    for (let n = 0; n < 3; n += 1) {
      const productId = await api.createProduct({ quantity: 0 });
      await until(() => streams.every(({ text }) => text.includes(productId)));
    }
    expect(streams.map(({ ended }) => ended)).not.toContain(true);
    for (const { stream } of streams) stream.close();
  });

  test('the API’s own refusal of a too large body reaches the client', async () => {
    const response = send('/trpc/order.create', { 'content-type': 'application/json', body: 'x'.repeat(600_000) });
    await until(() => response.ended);
    expect([response.status, response.text]).toEqual([413, expect.stringContaining('payload_too_large')]);
  });
});
