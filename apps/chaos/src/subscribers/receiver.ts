import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Chance } from '../chance.ts';
import type { Delivery } from './delivery.ts';
import { createReplyPlan, replyFaults, type ReplyFault } from './reply-plan.ts';

/** A merchant's receiver of webhooks, and what it has received. */
export type Receiver = {
  url: string;
  deliveries: readonly Delivery[];
  /** Requests without a valid signature. They are not deliveries. */
  unsigned: () => number;
  faults: Readonly<Record<ReplyFault, number>>;
  /** Sets the secret that requests must be signed with. */
  expectSecret: (secret: string) => void;
  /** Acknowledges everything from now on, and ends requests that hang. */
  stopFaults: () => void;
  close: () => Promise<void>;
};

/** What makes a receiver hostile. `redirectTo` is where it redirects requests, which must not follow. */
export type Hostility = { chance: Chance; redirectTo: string };

const slowMs = { least: 200, most: 1_500 };
const downMs = { least: 300, most: 2_000 };

/** Starts a receiver on a free port. Without `hostility` it acknowledges every request at once. */
export async function startReceiver(hostility?: Hostility): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const counts = Object.fromEntries(replyFaults.map((fault) => [fault, 0])) as Record<ReplyFault, number>;
  const open = new Set<ServerResponse>();
  const faultOf = hostility && createReplyPlan(hostility.chance);
  let webhook: Webhook | undefined;
  let unsigned = 0;
  let faultsStopped = hostility === undefined;
  let isClosed = false;

  const server = createServer((request, response) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    text(request).then(
      (body) => receive(request.headers, body, response),
      () => response.destroy(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;

  function receive(headers: IncomingHttpHeaders, body: string, response: ServerResponse): void {
    try {
      webhook?.verify(body, headers as Record<string, string>);
    } catch {
      unsigned += 1;
      return void response.writeHead(400).end();
    }
    const delivery = deliveryOf(headers, body);
    deliveries.push(delivery);
    const fault = faultsStopped ? undefined : faultOf?.(delivery.messageId);
    if (!fault) return acknowledge(delivery, response);
    counts[fault] += 1;
    misbehave(fault, delivery, response);
  }

  function acknowledge(delivery: Delivery, response: ServerResponse): void {
    if (response.destroyed) return;
    delivery.acknowledgedAt = performance.now();
    response.writeHead(204).end();
  }

  function misbehave(fault: ReplyFault, delivery: Delivery, response: ServerResponse): void {
    const drawn = (what: string, { least, most }: typeof slowMs) =>
      hostility?.chance.whole(`${what} ${counts[fault]}`, least, most) ?? least;
    switch (fault) {
      case 'webhook_server_error':
      case 'webhook_refused_always':
        return void response.writeHead(500).end('not now');
      case 'webhook_rate_limited':
        return void response.writeHead(429, counts[fault] % 2 === 0 ? { 'retry-after': '1' } : {}).end();
      case 'webhook_redirected':
        return void response.writeHead(307, { location: hostility?.redirectTo }).end();
      case 'webhook_answer_never_ends':
        return void response.writeHead(200).write('{');
      case 'webhook_hangs':
        return;
      case 'webhook_slow':
        return void setTimeout(() => acknowledge(delivery, response), drawn('webhook slow', slowMs));
      case 'webhook_connection_closed':
        return void response.destroy();
      case 'webhook_receiver_down':
        void goDown(drawn('webhook down', downMs));
    }
  }

  /** Refuses connections for a while. Acknowledgments that were sent still arrive. */
  async function goDown(forMs: number): Promise<void> {
    if (!server.listening) return;
    server.close();
    for (const response of open) response.destroy();
    server.closeIdleConnections();
    await sleep(forMs);
    if (!isClosed) server.listen(port, '127.0.0.1');
  }

  return {
    url: `http://127.0.0.1:${port}/hooks`,
    deliveries,
    unsigned: () => unsigned,
    faults: counts,
    expectSecret(secret) {
      webhook = new Webhook(secret);
    },
    stopFaults() {
      faultsStopped = true;
      for (const response of open) response.destroy();
    },
    async close() {
      isClosed = true;
      server.closeAllConnections();
      server.close();
    },
  };
}

function deliveryOf(headers: IncomingHttpHeaders, body: string): Delivery {
  const parsed = JSON.parse(body) as { id: string } | { id: string }[];
  const gap = headers['commerce-gap'];
  return {
    messageId: String(headers['webhook-id']),
    body,
    // JSON.stringify keeps the order of keys, so an event of a list has the bytes that it has alone.
    events: (Array.isArray(parsed) ? parsed : [parsed]).map((event) => ({
      id: event.id,
      text: JSON.stringify(event),
    })),
    gap: typeof gap === 'string' ? gap.split(',') : [],
    arrivedAt: performance.now(),
    acknowledgedAt: undefined,
  };
}
