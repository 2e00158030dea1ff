import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What the proxy does with a request: `break` drops it, `lose` drops its answer, `cut` drops the end of its answer,
 * `busy` returns 503 at once.
 */
export type Fault = 'pass' | 'break' | 'busy' | 'lose' | 'cut';

/** A proxy in front of the server at `url`. `faultOf` decides about the first request, the second, and so on. */
export async function openFaultInjectingProxy(url: string, faultOf: (number: number) => Fault): Promise<string> {
  const target = new URL(url);
  let number = 0;
  const server = createServer((incoming, answer) => {
    const what = faultOf((number += 1));
    if (what === 'break') return void incoming.socket.destroy();
    if (what === 'busy') return void answer.writeHead(503).end();
    const { method, url: path, headers } = incoming;
    const forwarded = request({ host: target.hostname, port: target.port, method, path, headers }, (response) => {
      if (what === 'lose') {
        response.resume().once('end', () => incoming.socket.destroy());
        return;
      }
      answer.writeHead(response.statusCode ?? 500, response.headers);
      if (what === 'cut')
        return void response.once('data', (part) => answer.write(part, () => incoming.socket.destroy()));
      response.pipe(answer);
      return;
    });
    incoming.pipe(forwarded);
    forwarded.on('error', () => answer.destroy());
    return;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
