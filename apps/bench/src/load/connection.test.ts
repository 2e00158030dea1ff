import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Connection, parse, type HttpResponse } from './connection.ts';

let close = () => {};
afterEach(() => close());

async function connectTo(listener: RequestListener): Promise<Connection> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = await Connection.open('127.0.0.1', (server.address() as AddressInfo).port);
  close = () => {
    connection.close();
    server.close();
  };
  return connection;
}

const request = async (connection: Connection) =>
  new Promise<HttpResponse>((resolve, reject) => {
    connection.send('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}', resolve, reject);
  });

test('responses with a length are read, one after another on one connection', async () => {
  let requests = 0;
  const connection = await connectTo((_, response) => {
    requests += 1;
    const body = `response ${requests}, ü`;
    response.writeHead(requests === 2 ? 409 : 200, { 'content-length': Buffer.byteLength(body) }).end(body);
  });
  const bodies = [await request(connection), await request(connection), await request(connection)];
  expect(bodies.map(({ status }) => status)).toEqual([200, 409, 200]);
  expect(bodies.map(({ body }) => Buffer.from(body, 'latin1').toString())).toEqual([
    'response 1, ü',
    'response 2, ü',
    'response 3, ü',
  ]);
});

test('a chunked response is joined', async () => {
  const connection = await connectTo((_, response) => {
    response.write('one, ');
    response.write('two, ');
    response.end('three');
  });
  expect(await request(connection)).toEqual({ status: 200, body: 'one, two, three' });
  expect(await request(connection)).toEqual({ status: 200, body: 'one, two, three' });
});

test('an incomplete response is not parsed, wherever it was cut', () => {
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n';
  const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd';
  for (const text of [chunked, whole]) {
    for (let length = 0; length < text.length; length += 1)
      expect(parse(text.slice(0, length)), text.slice(0, length)).toBeUndefined();
    expect(parse(text)).toEqual({ status: 200, body: 'abcd' });
  }
});

test('a connection that the server closes fails the waiting call', async () => {
  const connection = await connectTo((incoming) => incoming.socket.destroy());
  await expect(request(connection)).rejects.toThrow('the server closed the connection');
});
