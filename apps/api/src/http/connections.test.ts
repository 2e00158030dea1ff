import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

async function openSocket(): Promise<Socket> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const readText = async (socket: Socket) => String((await once(socket, 'data'))[0]);

test('an idle connection stays open for 65 s, and so survives a pause that Node.js would not allow', async () => {
  const socket = await openSocket();
  socket.write(get('/healthz'));
  expect(await readText(socket)).toMatch(/keep-alive: timeout=65/i);
  // Node.js's default is 5 s, and 1 s more before it closes the connection.
  await sleep(6_500);
  socket.write(get('/healthz'));
  expect(await readText(socket)).toMatch(/^HTTP\/1.1 200/);
  socket.destroy();
});

const paths = ['/trpc/order.create', '/api/v1/payments/webhooks/mock'];
const framings = {
  'with Content-Length': (size: number) => ({ header: `Content-Length: ${size}`, first: '', last: '' }),
  chunked: (size: number) => ({
    header: 'Transfer-Encoding: chunked',
    first: `${size.toString(16)}\r\n`,
    last: '\r\n0\r\n\r\n',
  }),
};

/** Sends a body in pieces, and reads nothing before all is sent. Returns the response's text and the bytes sent. */
async function sendThenRead(path: string, framing: keyof typeof framings, size: number) {
  const { header, first, last } = framings[framing](size);
  const socket = await openSocket();
  let [text, isBroken] = ['', false];
  socket.on('error', () => (isBroken = true));
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${header}\r\n\r\n${first}`);
  const piece = Buffer.alloc(64 * 1024, 'x');
  let sent = 0;
  for (; sent < size && !isBroken; sent += piece.length) {
    socket.write(piece.subarray(0, size - sent));
    await sleep(2);
  }
  socket.write(last);
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  if (!socket.destroyed) await once(socket, 'close');
  return { text: isBroken ? 'broken' : text, sent };
}

describe.each(paths)('%s', (path) => {
  test.each(['with Content-Length', 'chunked'] as const)(
    'returns 413 to a client that sends 3 MB, %s, before it reads',
    async (framing) => {
      const { text } = await sendThenRead(path, framing, 3_000_000);
      expect(text).toMatch(/^HTTP\/1.1 413[^]*payload_too_large/);
    },
  );

  test('closes the connection of a client that sends far more than the limit', async () => {
    const { sent } = await sendThenRead(path, 'with Content-Length', 400_000_000);
    expect(sent).toBeLessThan(200_000_000);
  });

  test.each(['gzip', 'br', 'zstd', 'gzip, identity'])('returns 415 for a body with %s', async (encoding) => {
    const response = await api.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body: gzipSync('{}'),
    });
    expect([response.status, await response.text()]).toEqual([415, expect.stringContaining('unsupported_encoding')]);
  });
});
