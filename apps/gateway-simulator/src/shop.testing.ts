import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';

export type Received = { headers: IncomingHttpHeaders; body: string };
export type Reply = { status: number; body?: string; headers?: Record<string, string> } | 'hang up';

/** A shop that notes every webhook and answers as `reply` says; its address ends with the test. */
export async function startShop(reply: (received: Received, number: number) => Reply | Promise<Reply>) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const webhook = { headers: request.headers, body };
    received.push(webhook);
    const answer = await reply(webhook, received.length);
    if (answer === 'hang up') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/mock`, received };
}

export const applied: Reply = { status: 200, body: JSON.stringify({ outcome: 'APPLIED', duplicate: false }) };

/** Waits until `condition` holds; fails after 60 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition did not hold within 60 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
