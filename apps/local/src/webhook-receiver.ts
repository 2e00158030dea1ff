import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '@commerce-core/client';
import { Webhook } from 'standardwebhooks';

type ReceivedEvent = { type: string; subject: string; sequence: string; position: string };

/** A receiver of the shop's webhooks. */
export type WebhookReceiver = {
  /** Prints the verified events of an order, when the last of them has this type. */
  printEvents: (orderId: string, lastType: string, print: (line: string) => void) => Promise<void>;
  stop: () => Promise<void>;
};

const description = 'the receiver of npm start';
const receivedWithinMs = 30_000;

/**
 * Starts a receiver of webhooks on this machine, and an endpoint for it. The endpoint of an earlier start is deleted:
 * nothing listens there any more.
 */
export async function startWebhookReceiver(operator: Client): Promise<WebhookReceiver> {
  const received: ReceivedEvent[] = [];
  let verify: ((body: string, headers: Record<string, string>) => unknown) | undefined;
  const server = createServer((request, response) => {
    void text(request)
      .then((body) => {
        // The headers of Standard Webhooks are single texts.
        const event = verify?.(body, request.headers as Record<string, string>) as ReceivedEvent;
        received.push(event);
        response.writeHead(204).end();
      })
      // The signature does not fit, or the body broke off.
      .catch(() => response.writeHead(400).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  await deleteEarlier(operator);
  const { id: endpointId, secret } = await operator.webhookEndpoint.create.mutate({ url, description });
  const webhook = new Webhook(secret);
  verify = (body, headers) => webhook.verify(body, headers);
  return {
    async printEvents(orderId, lastType, print) {
      const own = () => received.filter(({ subject }) => subject === `order/${orderId}`);
      for (
        const deadline = Date.now() + receivedWithinMs;
        !own().some(({ type }) => type === lastType);
        await delay(20)
      )
        if (Date.now() > deadline) throw new Error(`The receiver at ${url} got no event ${lastType}.`);
      print(`Its webhooks, each signature verified (at ${url}):`);
      for (const { sequence, type } of own()) print(`  ${Number(sequence).toString().padStart(2)}  ${type}`);
    },
    async stop() {
      await operator.webhookEndpoint.delete.mutate({ endpointId }).catch(() => {});
      server.closeAllConnections();
      server.close();
    },
  };
}

async function deleteEarlier(operator: Client): Promise<void> {
  const { items } = await operator.webhookEndpoint.list.query({ limit: 100 });
  for (const { id, description: known } of items)
    if (known === description) await operator.webhookEndpoint.delete.mutate({ endpointId: id });
}
