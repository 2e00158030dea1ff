import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from '@commerce-core/api/client';

/** An HTTP request as it goes over the wire: header lines in their order, as sent. */
export type StockRequest = { path: string; headers: (readonly [name: string, value: string])[]; body: string };

/**
 * What the stock typed client sends for one `order.create`: it is called against a server that only listens. The load
 * repeats these very lines with another token, key and body, so that its requests are a real client's.
 */
export async function captureOrderCreate(): Promise<StockRequest> {
  const captured = Promise.withResolvers<StockRequest>();
  const server = createServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (text: string) => (body += text))
      .on('end', () => {
        const raw = request.rawHeaders;
        const headers = raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1]!] as const] : []));
        captured.resolve({ path: request.url!, headers, body });
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"result":{"data":{}}}');
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = createClient({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token: 'a-token',
  });
  await client.order.create.mutate({ lines: [{ productId: '01900000-0000-7000-8000-000000000001', quantity: 1 }] });
  server.close();
  server.closeAllConnections();
  return captured.promise;
}

/** The request's head without its end, with `own` headers in place of the captured ones, and without `left` out. */
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
