import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** What becomes of a request: `break` loses it, `lose` loses the answer to it, `busy` is a 503 without asking. */
export type Fate = 'pass' | 'break' | 'busy' | 'lose';

/** Stands between a program and the server at `url`; `fate` decides over the first request, the second, and so on. */
export async function standBefore(url: string, fate: (number: number) => Fate): Promise<string> {
  const target = new URL(url);
  let number = 0;
  const server = createServer((incoming, answer) => {
    const what = fate((number += 1));
    if (what === 'break') return void incoming.socket.destroy();
    if (what === 'busy') return void answer.writeHead(503).end();
    const { method, url: path, headers } = incoming;
    const forwarded = request({ host: target.hostname, port: target.port, method, path, headers }, (response) => {
      if (what === 'lose') {
        response.resume().once('end', () => incoming.socket.destroy());
        return;
      }
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
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
