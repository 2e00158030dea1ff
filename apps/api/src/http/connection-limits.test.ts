import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Hono } from 'hono';
import { afterEach, expect, test } from 'vitest';
import { present, startTestApi } from '../testing/index.ts';
import { until } from '../testing/until.ts';
import type { AppEnv } from './app-env.ts';
import { connectionLimitsDefault, limitConnections, type ConnectionLimits } from './connection-limits.ts';
import { limitRequests } from './request-limit.ts';

let server: Server | undefined;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server?.close();
  server?.closeAllConnections();
  server = undefined;
});

async function listen(limits: Partial<ConnectionLimits>, respond: (response: ServerResponse) => void): Promise<void> {
  server = createServer((_, response) => respond(response));
  limitConnections(server, { ...connectionLimitsDefault, ...limits });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** Opens a connection, sends requests, and reads nothing until `resume`. */
function sendRequests(count: number): Socket {
  const socket = connect((present(server).address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  sockets.push(socket);
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(count));
  return socket;
}

const connectionCount = async () =>
  new Promise<number>((resolve) => {
    present(server).getConnections((_, count) => resolve(count));
  });

test('a connection with more requests under way than its limit is closed, and others stay', async () => {
  const waiting: ServerResponse[] = [];
  await listen({ requestsPerConnectionMax: 3 }, (response) => waiting.push(response));
  sendRequests(3);
  await until(() => waiting.length === 3);
  expect(await connectionCount()).toBe(1);
  sendRequests(4);
  await until(() => waiting.filter(({ destroyed }) => destroyed).length >= 3);
  expect(await connectionCount()).toBe(1);
});

test('a connection beyond the limit is closed at once', async () => {
  await listen({ connectionsMax: 2 }, (response) => response.end('ok'));
  [sendRequests(1), sendRequests(1)].forEach((socket) => socket.resume());
  await until(async () => (await connectionCount()) === 2);
  const third = sendRequests(1).resume();
  await once(third, 'close');
  expect(await connectionCount()).toBe(2);
});

test('with too many unread bytes in all, those with the most are closed, also behind a pipelined request', async () => {
  let size = 0;
  await listen({ unreadBytesMax: 20_000_000 }, (response) => response.end(Buffer.alloc(size)));
  size = 1_000;
  const small = sendRequests(1);
  await until(async () => (await connectionCount()) === 1);
  size = 12_000_000;
  sendRequests(1);
  await until(async () => (await connectionCount()) === 2);
  size = 4_000_000;
  const accepted = once(present(server), 'connection');
  sendRequests(6);
  await accepted;
  await until(async () => (await connectionCount()) === 2);
  const [text] = (await once(small.resume(), 'data')) as [Buffer];
  expect(text.toString()).toMatch(/^HTTP\/1.1 200/);
});

test('requests beyond those that may be under way are refused, and the next one after them is not', async () => {
  const release = Promise.withResolvers<void>();
  const app = new Hono<AppEnv>()
    .use(limitRequests(2, (c, { code }) => c.text(code, 503)))
    .get('/', async (c) => release.promise.then(() => c.text('ok')));
  const first = [app.request('/'), app.request('/')];
  const refused = await app.request('/');
  expect([refused.status, await refused.text()]).toEqual([503, 'overloaded']);
  release.resolve();
  for (const response of first) expect((await response).status).toBe(200);
  expect((await app.request('/')).status).toBe(200);
});

test('a full API refuses every route but health with 503 and Retry-After, in the route’s own shape', async () => {
  const api = await startTestApi({ requestsMax: 0 });
  const answers = await Promise.all(
    ['/trpc/product.list', '/metrics', '/healthz', '/readyz'].map(async (path) => {
      const response = await api.fetch(path);
      return [response.status, response.headers.get('retry-after'), await response.json()];
    }),
  );
  expect(answers).toMatchObject([
    [503, '1', { error: { data: { commerce: { code: 'overloaded' } } } }],
    [503, '1', { error: { code: 'overloaded' } }],
    [200, null, { status: 'ok' }],
    [200, null, { status: 'ready' }],
  ]);
  await api.close();
});
