import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient, type Client } from '@commerce-core/client';

/** An HTTP request with its header lines in the order in which they were sent. */
export type StockRequest = { path: string; headers: (readonly [name: string, value: string])[]; body: string };

const exampleId = '01900000-0000-7000-8000-000000000001';

export const captureOrderCreate = async (): Promise<StockRequest> =>
  captureRequest((client) => client.order.create.mutate({ lines: [{ productId: exampleId, quantity: 1 }] }));

export const capturePaymentCreate = async (): Promise<StockRequest> =>
  captureRequest((client) => client.payment.create.mutate({ orderId: exampleId, provider: 'mock' }));

/**
 * Captures what the typed client sends for one call, by a server that only records it. The load repeats these lines
 * with another token, key and body, so its requests are those of a real client.
 */
async function captureRequest(call: (client: Client) => Promise<unknown>): Promise<StockRequest> {
  const captured = Promise.withResolvers<StockRequest>();
  const server = createServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (text: string) => (body += text))
      .on('end', () => {
        const raw = request.rawHeaders;
        const headers = raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []));
        captured.resolve({ path: request.url ?? '', headers, body });
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"result":{"data":{}}}');
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createClient({
    // The server listens on a port, not on a pipe, so its address is an AddressInfo.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'a-token',
  });
  await call(client);
  server.close();
  server.closeAllConnections();
  return captured.promise;
}

/**
 * Returns the request's head without the empty line at its end.
 *
 * @param own headers that replace the captured ones
 * @param left names of headers that the caller adds
 */
export function headOf(
  { path, headers }: Pick<StockRequest, 'path' | 'headers'>,
  own: Record<string, string>,
  left: readonly string[],
): string {
  const names = new Set([...Object.keys(own), ...left]);
  const kept = headers.filter(([name]) => !names.has(name.toLowerCase()));
  const lines = [...kept, ...Object.entries(own)].map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}`;
}
