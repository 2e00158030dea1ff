import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Delivery } from './delivery.ts';
import { startInterruptibleServer } from './interruptible-server.ts';
import { misbehave, type Hostility } from './misbehave.ts';
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

/** Starts a receiver on a free port. Without `hostility` it acknowledges every request at once. */
export async function startReceiver(hostility?: Hostility): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const counts = Object.fromEntries(replyFaults.map((fault) => [fault, 0])) as Record<ReplyFault, number>;
  const faultOf = hostility && createReplyPlan(hostility.chance);
  let webhook: Webhook | undefined;
  let unsigned = 0;
  let faultsStopped = false;
  const server = await startInterruptibleServer((request, response) => {
    text(request).then(
      (body) => receive(request.headers, body, response),
      () => response.destroy(),
    );
  });

  function receive(headers: IncomingHttpHeaders, body: string, response: ServerResponse): void {
    try {
      webhook?.verify(body, headers as Record<string, string>);
    } catch {
      unsigned += 1;
      return void response.writeHead(400).end();
    }
    const delivery = deliveryOf(headers, body);
    deliveries.push(delivery);
    const acknowledge = () => {
      if (response.destroyed) return;
      delivery.acknowledgedAt = performance.now();
      response.writeHead(204).end();
    };
    const fault = faultsStopped ? undefined : faultOf?.(delivery.messageId);
    if (!fault || !hostility) return acknowledge();
    counts[fault] += 1;
    misbehave(fault, { nth: counts[fault], response, acknowledge, goDown: server.goDown }, hostility);
  }

  return {
    url: `http://127.0.0.1:${server.port}/hooks`,
    deliveries,
    unsigned: () => unsigned,
    faults: counts,
    expectSecret(secret) {
      webhook = new Webhook(secret);
    },
    stopFaults() {
      faultsStopped = true;
      server.endOpenRequests();
    },
    close: server.close,
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
