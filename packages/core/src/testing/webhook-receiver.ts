import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A delivered event, as far as tests look at it. */
export type DeliveredEvent = {
  id: string;
  type: string;
  subject: string;
  sequence: string;
  position: string;
  traceparent?: string;
  data: Record<string, unknown>;
};

export type ReceivedRequest = { headers: IncomingHttpHeaders; body: string; events: DeliveredEvent[]; at: number };

/** Replies to a request. `undefined` stands for 204. */
export type Reply = (request: ReceivedRequest, response: ServerResponse) => unknown;

export type WebhookReceiver = Awaited<ReturnType<typeof startWebhookReceiver>>;

/** Starts a receiver of webhooks on 127.0.0.1. `reply` may be changed while it runs. */
export async function startWebhookReceiver(first?: Reply) {
  const requests: ReceivedRequest[] = [];
  const receiver = { reply: first, requests };
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const parsed = JSON.parse(body) as DeliveredEvent | DeliveredEvent[];
        const events = Array.isArray(parsed) ? parsed : [parsed];
        const received = { headers: request.headers, body, events, at: performance.now() };
        requests.push(received);
        if (receiver.reply) receiver.reply(received, response);
        else response.writeHead(204).end();
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${port}/hooks`,
    /** All events of all requests, in the order in which they came. */
    events: () => requests.flatMap(({ events }) => events),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

/** Replies with a status. */
export const withStatus =
  (status: number, headers: Record<string, string> = {}): Reply =>
  (_, response) =>
    response.writeHead(status, headers).end();

/** The versions of each aggregate's events, in the order in which they came, each id once. */
export function versionsBySubject(events: readonly DeliveredEvent[]): Record<string, number[]> {
  const seen = new Set<string>();
  const versions: Record<string, number[]> = {};
  for (const { id, subject, sequence } of events) {
    if (seen.has(id)) continue;
    seen.add(id);
    (versions[subject] ??= []).push(Number(sequence));
  }
  return versions;
}
