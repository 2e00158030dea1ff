import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request to the fake API: `call` is its method and path, `body` its JSON value, or its text when it is not JSON. */
export type FakeApiRequest = { call: string; headers: IncomingHttpHeaders; body: any };
/** A response, a connection that is closed without one, or no response at all. */
export type FakeApiResponse = { status: number; body?: unknown } | 'hang up' | 'silence';

/**
 * Starts a gateway's API on loopback, which stops when the test ends. It records every request and responds with what
 * `answer` returns for it; `number` counts the requests from 1.
 */
export async function startFakeGatewayApi(answer: (request: FakeApiRequest, number: number) => FakeApiResponse) {
  const requests: FakeApiRequest[] = [];
  const respond = (sent: string, request: IncomingMessage, response: ServerResponse): void => {
    const isJson = request.headers['content-type']?.startsWith('application/json') && sent !== '';
    const one = {
      call: `${request.method} ${request.url}`,
      headers: request.headers,
      body: isJson ? JSON.parse(sent) : sent,
    };
    requests.push(one);
    const reply = answer(one, requests.length);
    if (reply === 'silence') return;
    if (reply === 'hang up') {
      request.socket.destroy();
      return;
    }
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? null));
  };
  const server = createServer((request, response) => {
    text(request).then(
      (sent) => respond(sent, request, response),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    calls: () => requests.map(({ call }) => call),
  };
}
