import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { until } from '../testing/until.ts';
import type { AppEnv } from './app-env.ts';
import { limitBody, type DrainBounds } from './body-limit.ts';
import { serve } from './serve.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const paths = ['/trpc/order.create', '/api/v1/payments/webhooks/mock', '/api/v1/shipments/webhooks/mock'];
const json = { 'content-type': 'application/json' };

async function openSocket(url = api.url) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1'))).on('error', () => {});
  return { socket, text: () => text };
}
const head = (path: string, ...lines: string[]) =>
  [`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...lines, '', ''].join('\r\n');
const closed = async (socket: Socket) => socket.destroyed || (await once(socket, 'close'));

describe.each(paths)('%s', (path) => {
  test('returns 413 to fetch with a body of 3 MB, also as a stream', async () => {
    const body = new Blob(['x'.repeat(3_000_000)]);
    for (let n = 0; n < 10; n += 1) {
      const response = await api.fetch(path, { method: 'POST', headers: json, body });
      expect([response.status, await response.text()]).toEqual([413, expect.stringContaining('payload_too_large')]);
      const stream = { method: 'POST', headers: json, body: body.stream(), duplex: 'half' } as RequestInit;
      const streamed = await api.fetch(path, stream);
      expect([streamed.status, await streamed.text()]).toEqual([413, expect.stringContaining('payload_too_large')]);
    }
  });

  test('returns 413 at once, without 100, to a client that expects 100 and announces too much', async () => {
    const { socket, text } = await openSocket();
    socket.write(head(path, 'Content-Length: 3000000', 'Expect: 100-continue'));
    await closed(socket);
    expect(text()).toMatch(/^HTTP\/1.1 413[^]*connection: close[^]*payload_too_large/i);
  });

  test('returns 100 and then the response to a client that expects 100 and sends a body within the limit', async () => {
    const { socket, text } = await openSocket();
    socket.write(head(path, 'Content-Length: 2', 'Expect: 100-continue'));
    await until(() => text().includes('\r\n\r\n'));
    expect(text()).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\n/);
    socket.write('{}');
    await until(() => /HTTP\/1.1 4\d\d[^]*\r\n\r\n\{/.test(text()));
    socket.destroy();
  });

  test('returns 413 to a client that expects 100 and sends too much in chunks', async () => {
    const { socket, text } = await openSocket();
    socket.write(head(path, 'Transfer-Encoding: chunked', 'Expect: 100-continue'));
    await until(() => text().includes('\r\n\r\n'));
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    for (let n = 0; n < 40; n += 1) socket.write(chunk);
    socket.write('0\r\n\r\n');
    await closed(socket);
    expect(text()).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 413/);
  });

  test('returns 415 with a code of its own for a compressed body, and says that none is accepted', async () => {
    const response = await api.fetch(path, {
      method: 'POST',
      headers: { ...json, 'content-encoding': 'gzip' },
      body: gzipSync('{}'),
    });
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity']);
    const { error } = (await response.json()) as { error: { code: string; data?: { commerce: { code: string } } } };
    expect(error.data?.commerce.code ?? error.code).toBe('unsupported_encoding');
  });

  test('returns 415 at once, without 100, to a client that expects 100 and announces a compressed body', async () => {
    const { socket, text } = await openSocket();
    socket.write(head(path, 'Content-Length: 100', 'Content-Encoding: gzip', 'Expect: 100-continue'));
    await closed(socket);
    expect(text()).toMatch(/^HTTP\/1.1 415[^]*connection: close/i);
  });
});

describe('a client that sends the rest of a too large body', () => {
  const limited = async (bounds: DrainBounds) => {
    const app = new Hono<AppEnv>().post(
      '/',
      limitBody(1_000, (c, { code }) => c.text(code, 413, { connection: 'close' }), bounds),
      (c) => c.text('ok'),
    );
    return serve(app, { host: '127.0.0.1', port: 0 });
  };

  test('too slowly gets its 413 after the longest time, and its connection is closed', async () => {
    const server = await limited({ bytesMax: 1_000_000, timeMaxMs: 100 });
    const { socket, text } = await openSocket(server.url);
    socket.write(`${head('/', 'Content-Length: 500000')}x`);
    await closed(socket);
    expect(text()).toMatch(/^HTTP\/1.1 413/);
    expect(await server.close(1_000)).toBe(true);
  });

  test('of more bytes than are read is cut off', async () => {
    const server = await limited({ bytesMax: 100_000, timeMaxMs: 60_000 });
    const { socket } = await openSocket(server.url);
    socket.write(head('/', 'Content-Length: 500000000'));
    const piece = Buffer.alloc(64 * 1024, 'x');
    let sent = 0;
    while (!socket.destroyed && sent < 400_000_000) {
      if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), closed(socket)]).catch(() => {});
      sent += piece.length;
    }
    expect(sent).toBeLessThan(200_000_000);
    await server.close(1_000);
  });
});
