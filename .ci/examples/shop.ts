// The shop of the examples' checks: an API with the gateways `mock` and `stripe`, and a server that stands for the
// shop's own back end. It serves the page in the folder PAGE, signs customers' tokens, and passes payments on.
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createLogger, createMetrics, customerTokens, startApi } from '../../apps/api/src/index.ts';
import { createFakeGateway } from '../../apps/api/src/testing/fake-gateway.ts';
import { startTestShop } from '../../packages/testing/src/index.ts';
import { createWebhookSender } from '../../packages/webhook-sender/src/index.ts';

const [folder = '.'] = process.argv.slice(2);
const secret = randomBytes(32).toString('hex');
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function tokenOf(customerId: string): string {
  const claims = { sub: customerId, exp: Math.floor(Date.now() / 1_000) + 600 };
  const signed = `${encoded({ alg: 'HS256' })}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const shop = await startTestShop({
  gateways: [createFakeGateway('stripe').gateway],
  webhooks: { secretsKey: randomBytes(32), loadSender: async () => createWebhookSender({ allowPrivate: true }) },
});
const { commerce, database } = shop;

type Paid = { paymentId: string; amount: number; currency: string };

/** The message of the gateway that a payment was made. */
async function pay({ paymentId, amount, currency }: Paid): Promise<void> {
  const { provider } = await commerce.getPayment({ paymentId });
  if (provider === 'mock') return shop.settle({ id: paymentId, amount, currency });
  const rawBody = Buffer.from(JSON.stringify({ type: 'CAPTURED', paymentId, amount, currency }));
  const header = (name: string) => (name === 'event-id' ? randomUUID() : undefined);
  await commerce.receiveWebhook(provider, { rawBody, header });
}

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://page').pathname;
  try {
    if (path === '/token') return void response.end(tokenOf('kim'));
    // The body is what the page of an example sends.
    if (path === '/pay') return void response.end(String(await pay(JSON.parse(await text(request)) as Paid)));
    const file = join(folder, path === '/' ? 'index.html' : path);
    const content = await readFile(file);
    response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream').end(content);
  } catch (error) {
    response.writeHead(404).end(String(error));
  }
}

const page = createServer((request, response) => {
  respond(request, response).catch(() => response.destroy());
});
page.listen(0, '127.0.0.1');
await once(page, 'listening');
// A server that listens on TCP has an address with a port.
const { port } = page.address() as AddressInfo;
const pageUrl = `http://127.0.0.1:${port}`;

const api = await startApi({
  commerce,
  database,
  log: createLogger('error'),
  metrics: createMetrics(),
  verifyCustomer: customerTokens({ secret }),
  corsOrigins: [pageUrl],
  host: '127.0.0.1',
  port: 0,
});
for (const sku of ['CUP', 'PLATE', 'BOWL', 'SPOON']) {
  const product = await commerce.createProduct({ sku, name: sku, priceAmount: 900, currency: 'EUR' });
  await commerce.receiveStock({ productId: product.id, quantity: 5 });
}
await commerce.createShippingOption({ name: 'Parcel', priceAmount: 490, currency: 'EUR' });
const { key } = await commerce.createApiKey({
  name: 'examples',
  scopes: ['orders', 'catalog', 'stock', 'money', 'webhooks', 'events'],
});
console.log(JSON.stringify({ apiUrl: api.url, pageUrl, key, token: tokenOf('kim') }));

async function stop(): Promise<never> {
  page.closeAllConnections();
  page.close();
  await api.stop(2_000);
  await shop.stop();
  process.exit(0);
}
process.once('SIGTERM', () => {
  stop().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
