import type { AddressInfo } from 'node:net';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export type Received = { headers: IncomingHttpHeaders; body: string };
export type Reply = { status: number; body?: string; headers?: Record<string, string> } | 'hang up';

/**
 * Starts a shop that records each webhook and stops at the end of the test.
 *
 * @param reply returns the shop's response; `number` is 1 for the first webhook
 */
export async function startTestShop(reply: (received: Received, number: number) => Reply | Promise<Reply>) {
  const received: Received[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
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
  };
  const server = createServer((request, response) => {
    // The simulator may send a webhook again when the test has ended and the shop's database is gone.
    respond(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // The server listens on a port, not on a pipe, so its address is an AddressInfo.
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/mock`, received };
}

/** The response of a shop that has applied the event. */
export const applied: Reply = { status: 200, body: JSON.stringify({ outcome: 'APPLIED', duplicate: false }) };

/** Waits until the condition is true. @throws Error after 60 s */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('the condition was not true within 60 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
