import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { Chance } from '../chance.ts';

/** The shop's own pricing service, which adds discounts and taxes to orders. */
export type PricingService = {
  url: string;
  /** Signs the shop's requests. */
  secret: string;
  /** How many requests got an error or a broken connection. */
  failures: () => number;
  stopFaults: () => void;
  close: () => Promise<void>;
};

type Order = { customerId: string; lines: { lineNo: number; kind: string; amount: number }[] };

const secret = `whsec_${Buffer.from('between the shop and its prices').toString('base64')}`;
const failedShare = 0.06;
const taxShare = 0.1;

/**
 * Starts the pricing service. Its prices depend on the seed and the customer alone, so that a quote and its order
 * agree. Some requests get no answer, and the shop has to ask again.
 */
export async function startPricingService(chance: Chance): Promise<PricingService> {
  const signatures = new Webhook(secret);
  let requests = 0;
  let failures = 0;
  let faultsStopped = false;
  const respond = (body: string, request: IncomingMessage, response: ServerResponse): void => {
    if (!faultsStopped && chance.whether(`pricing ${(requests += 1)}`, failedShare)) {
      failures += 1;
      return void response.destroy();
    }
    // Throws for a request that the shop did not sign, which ends the run.
    // Node joins repeated headers, and these three are sent once.
    signatures.verify(body, request.headers as Record<string, string>);
    const lines = priceOrder(chance, JSON.parse(body) as Order);
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ lines }));
  };
  const server = createServer((request, response) => {
    text(request).then(
      (body) => respond(body, request, response),
      () => response.destroy(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/quote`,
    secret,
    failures: () => failures,
    stopFaults: () => {
      faultsStopped = true;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Takes 5 to 50 % off the whole order or its first line, and adds a tax; some customers get neither. */
function priceOrder({ whether, whole }: Chance, { customerId, lines }: Order) {
  const [first] = lines;
  if (!first) return [];
  const ofFirst = whether(`${customerId} first line`, 0.3);
  const price = ofFirst ? first.amount : lines.reduce((sum, { amount }) => sum + amount, 0);
  const off = whether(`${customerId} discount`, 0.5)
    ? Math.floor((price * whole(`${customerId} percent`, 5, 50)) / 100)
    : 0;
  const tax = whether(`${customerId} tax`, 0.5) ? Math.ceil((price - off) * taxShare) : 0;
  const appliesTo = ofFirst ? { appliesTo: [first.lineNo] } : {};
  return [
    ...(off > 0 ? [{ kind: 'DISCOUNT', name: 'Chaos', unitAmount: -off, ...appliesTo }] : []),
    ...(tax > 0 ? [{ kind: 'TAX', name: 'VAT', unitAmount: tax }] : []),
  ];
}
