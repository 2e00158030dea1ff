import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { afterEach, expect, test } from 'vitest';
import { until } from '../testing/until.ts';
import type { AppEnv } from './app-env.ts';
import { connectionLimitsDefault } from './connection-limits.ts';
import { allowLongBody } from './request-time.ts';
import { connectionTimes } from './serve-limits.ts';
import { serve, type ServeOptions, type Serving } from './serve.ts';

let server: Serving | undefined;
let socket: Socket | undefined;
afterEach(async () => {
  socket?.destroy();
  await server?.close(0);
});

/** Serves an app that returns `ok`, and opens a connection to it. Returns what the connection has received. */
async function open(options: Omit<ServeOptions, 'host' | 'port'>, routes = new Hono<AppEnv>()): Promise<() => string> {
  const app = routes
    .onError((_, c) => c.text('the body is not complete', 400))
    .all('/*', async (c) => c.text(`ok ${await c.req.text()}`));
  server = await serve(app, { host: '127.0.0.1', port: 0, ...options });
  socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {});
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'connect');
  return () => text;
}
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

test.each([1_000, 65_000, 620_000])(
  'with an idle time of %i ms, Node.js waits longer for headers, and not less for the whole request',
  (keepAliveMs) => {
    const { keepAliveTimeout, headersTimeout, requestTimeout } = connectionTimes(keepAliveMs);
    expect(keepAliveTimeout).toBe(keepAliveMs);
    expect(headersTimeout).toBeGreaterThan(keepAliveTimeout + 1_000);
    expect(requestTimeout).toBeGreaterThan(headersTimeout);
  },
);

test('a client that sends its request too slowly gets a 408, also when its headers are complete', async () => {
  const text = await open({ keepAliveMs: 100, requestMs: 200 });
  socket?.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
  await once(socket as Socket, 'close');
  expect(text()).toMatch(/^HTTP\/1.1 408/);
});

test('a request that may take long is read to its end, however slowly it comes', async () => {
  const long = new Hono<AppEnv>().post('/long', async (c) => {
    allowLongBody(c.env?.incoming as IncomingMessage);
    return c.text(`long ${await c.req.text()}`);
  });
  const text = await open({ keepAliveMs: 100, requestMs: 200 }, long);
  socket?.write('POST /long HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf');
  // Another request that begins later is ended.
  const other = connect(Number(new URL(server?.url ?? '').port), '127.0.0.1').on('error', () => {});
  other.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf');
  await once(other.resume(), 'close');
  socket?.write('half');
  await until(() => text().length > 0);
  expect(text()).toMatch(/^HTTP\/1.1 200[^]*long halfhalf$/);
});

test('a request with more bytes of headers than the limit gets a 431, and one with fewer is served', async () => {
  const text = await open({ headerBytesMax: 8_192 });
  socket?.write(get.replace('Host', `X: ${'x'.repeat(6_000)}\r\nHost`));
  await until(() => text().endsWith('ok '));
  socket?.write(get.replace('Host', `X: ${'x'.repeat(9_000)}\r\nHost`));
  await once(socket as Socket, 'close');
  expect(text()).toMatch(/HTTP\/1.1 431[^]*$/);
});

test('a connection that has served its last request is closed with that response', async () => {
  const text = await open({ connectionLimits: { ...connectionLimitsDefault, requestsInAllMax: 2 } });
  socket?.write(get);
  await until(() => text().endsWith('ok '));
  expect(text()).toMatch(/connection: keep-alive/i);
  socket?.write(get);
  await once(socket as Socket, 'close');
  expect(text()).toMatch(/connection: close\r\n[^]*ok $/i);
});
