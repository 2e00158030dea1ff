import { connect, type ClientHttp2Session } from 'node:http2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, until, type TestApi } from './testing/index.ts';
import { hasNginx, startNginx } from './testing/programs/nginx.ts';

if (!hasNginx)
  console.warn('\n*** SKIPPED: the API behind nginx. It is not installed (apt-get install nginx openssl). ***\n');

const openSession = async (port: number) =>
  new Promise<ClientHttp2Session | undefined>((resolve) => {
    const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    session.once('connect', () => resolve(session)).on('error', () => resolve(undefined));
  });

describe.skipIf(!hasNginx)('behind nginx with the configuration of docs/proxies.md', () => {
  let api: TestApi;
  let nginx: Awaited<ReturnType<typeof startNginx>> | undefined;
  let session: ClientHttp2Session;
  beforeAll(async () => {
    api = await startTestApi({ jobs: true });
    const proxy = await startNginx([Number(new URL(api.url).port)]);
    nginx = proxy;
    session = await until(async () => openSession(proxy.port));
  });
  afterAll(async () => {
    session?.destroy();
    await nginx?.stop();
    await api?.close();
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

  test('requests are served over HTTP/2, one after the other on the same connections; metrics are not', async () => {
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
