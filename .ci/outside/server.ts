// A program outside of the workspace. It embeds the core and serves its API; a shopper orders by the typed client,
// pays, and sees the order become PAID. Then `commerce-api` serves the same database.
import { spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createLogger, createMetrics, customerTokens, startApi } from '@commerce-core/api';
import { createClient } from '@commerce-core/client';
import { startTestShop } from '@commerce-core/testing';

const secret = randomBytes(32).toString('hex');
const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = `${encoded({ alg: 'HS256' })}.${encoded({ sub: 'kim', exp: Math.floor(Date.now() / 1_000) + 600 })}`;
const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;

const shop = await startTestShop();
const { commerce, database } = shop;
const product = await commerce.createProduct({ sku: 'CUP', name: 'Cup', priceAmount: 900, currency: 'EUR' });
await commerce.receiveStock({ productId: product.id, quantity: 5 });

const api = await startApi({
  commerce,
  database,
  log: createLogger('error'),
  metrics: createMetrics(),
  verifyCustomer: customerTokens({ secret }),
  host: '127.0.0.1',
  port: 0,
});
const client = createClient({ url: api.url, token });
const order = await client.order.create.mutate({ lines: [{ productId: product.id, quantity: 2 }] });
const payment = await client.payment.create.mutate({ orderId: order.id, provider: 'mock' });
const paid = new Promise<string>((resolve, reject) => {
  const watching = client.order.watch.subscribe(
    { orderId: order.id },
    {
      onData({ data: { order: changed } }) {
        if (changed.status !== 'PAID') return;
        watching.unsubscribe();
        resolve(changed.status);
      },
      onError: reject,
    },
  );
});
await shop.settle(payment);
console.log(`the order is ${await paid}`);
await api.stop(9_000);

const port = '3219';
const program = spawn('node_modules/.bin/commerce-api', {
  env: { ...process.env, DATABASE_URL: shop.url, PORT: port, HOST: '127.0.0.1', CUSTOMER_JWT_SECRET: secret },
  stdio: ['ignore', 'inherit', 'inherit'],
});
const url = `http://127.0.0.1:${port}`;
const isReady = async (): Promise<boolean> => {
  if (program.exitCode !== null) throw new Error(`commerce-api ended with code ${program.exitCode}`);
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
};
while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 100));
const { status } = await createClient({ url, token }).order.get.query({ orderId: order.id });
program.kill('SIGTERM');
const [code] = await once(program, 'exit');
if (code !== 0) throw new Error(`commerce-api ended with code ${code}`);
console.log(`commerce-api says that the order is ${status}`);
await shop.stop();
