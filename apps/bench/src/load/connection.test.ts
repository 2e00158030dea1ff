import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Connection, parse, type Answer } from './connection.ts';

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

const ask = async (connection: Connection) =>
  new Promise<Answer>((resolve, reject) => {
    connection.send('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}', resolve, reject);
  });

test('answers with a length are read, one after the other on one connection', async () => {
  let asked = 0;
  const connection = await connectTo((_, response) => {
    asked += 1;
    const body = `answer ${asked}, ü`;
    response.writeHead(asked === 2 ? 409 : 200, { 'content-length': Buffer.byteLength(body) }).end(body);
  });
  const bodies = [await ask(connection), await ask(connection), await ask(connection)];
  expect(bodies.map(({ status }) => status)).toEqual([200, 409, 200]);
  expect(bodies.map(({ body }) => Buffer.from(body, 'latin1').toString())).toEqual([
    'answer 1, ü',
    'answer 2, ü',
    'answer 3, ü',
  ]);
});

test('chunked answers are put together', async () => {
  const connection = await connectTo((_, response) => {
    response.write('one, ');
    response.write('two, ');
    response.end('three');
  });
  expect(await ask(connection)).toEqual({ status: 200, body: 'one, two, three' });
  expect(await ask(connection)).toEqual({ status: 200, body: 'one, two, three' });
});

test('half an answer is none yet, wherever it was cut', () => {
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n';
  const whole = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd';
  for (const text of [chunked, whole]) {
    for (let length = 0; length < text.length; length += 1)
      expect(parse(text.slice(0, length)), text.slice(0, length)).toBeUndefined();
    expect(parse(text)).toEqual({ status: 200, body: 'abcd' });
  }
});

test('a connection that the server closes fails the call that waits', async () => {
  const connection = await connectTo((request) => request.socket.destroy());
  await expect(ask(connection)).rejects.toThrow('the server closed the connection');
});
