import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import {
  commerceErrorOf,
  createClient,
  type Client,
  type ErrorBody,
  type ErrorCode,
  type RouterInputs,
  type RouterOutputs,
} from './client.ts';
import type { AppRouter } from './routers/index.ts';
import { present, startTestApi, type TestApi } from './testing/index.ts';
import { runProgram } from './testing/program.ts';

let api: TestApi;
beforeAll(async () => (api = await startTestApi({ jobs: true })));
afterAll(() => api?.close());

/** Stands in for the simulator: `POST /pay` sends the webhook that the example needs. */
async function startSimulatorDouble() {
  const pay = async (request: IncomingMessage, response: ServerResponse) => {
    const { outcome, ...payment } = JSON.parse(await text(request)) as { outcome: string };
    const { status } = await api.sendWebhook({ type: outcome, ...payment });
    response.writeHead(status).end();
  };
  const server = createServer((request, response) => {
    pay(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

test('the example takes an order to PAID', async () => {
  const gateway = await startSimulatorDouble();
  const run = async (CUSTOMER_TOKEN: string) => {
    const env = { COMMERCE_URL: api.url, SIMULATOR_URL: gateway.url, CUSTOMER_TOKEN };
    const program = runProgram('../../../packages/client/examples/place-an-order.ts', env);
    return { exit: await program.exit, stdout: program.stdout(), stderr: program.stderr() };
  };
  try {
    const mug = { sku: 'MUG-STONEWARE', name: 'A mug', priceAmount: 1_000, currency: 'KRW' };
    const { id: productId } = await api.commerce.createProduct(mug);
    await api.commerce.receiveStock({ productId, quantity: 1 });
    const token = await api.customerToken('kim');
    expect(await run(token)).toEqual({ exit: 0, stdout: 'A mug: PAID, 1000 KRW\n', stderr: '' });
    expect((await run(token)).stderr).toContain('the mug is sold out');
  } finally {
    gateway.close();
  }
});

test('a token function is called for each request', async () => {
  const tokens = [await api.customerToken('kim'), undefined];
  const client = createClient({ url: `${api.url}/`, token: async () => tokens.shift() });
  expect((await client.order.list.query()).nextCursor).toBeNull();
  await expect(client.order.list.query()).rejects.toMatchObject({ data: { commerce: { code: 'unauthenticated' } } });
  expect((await client.product.list.query()).items).toBeDefined();
});

describe('a token that the API refuses', () => {
  test.each(['query', 'mutation', 'subscription'])('is renewed once, and the %s is sent again', async (kind) => {
    const valid = await api.customerToken('kim');
    const asked: (string | undefined)[] = [];
    const token = (refused?: string) => {
      asked.push(refused);
      return refused === 'expired' ? valid : 'expired';
    };
    const client = createClient({ url: api.url, token });
    const lines = [{ productId: await api.createProduct({ quantity: 1 }), quantity: 1 }];
    const { id: orderId } = await createClient({ url: api.url, token: valid }).order.create.mutate({ lines });
    if (kind === 'query') await client.order.get.query({ orderId });
    if (kind === 'mutation') await client.order.cancel.mutate({ orderId });
    if (kind === 'subscription') await firstOf(client, orderId);
    expect(asked).toEqual([undefined, 'expired']);
  });

  test('is renewed once for all queries that were refused with it', async () => {
    const valid = await api.customerToken('kim');
    let current = 'expired';
    const asked: string[] = [];
    const token = async (refused?: string) => {
      if (refused !== undefined) asked.push(refused);
      if (refused === current) current = valid;
      return current;
    };
    const client = createClient({ url: api.url, token });
    await Promise.all([client.order.list.query(), client.order.list.query({ limit: 1 }), client.order.list.query()]);
    expect(asked).toEqual(['expired']);
  });

  test('a browser’s own fetch is called as a function', async () => {
    const strict = function (this: unknown, ...sent: Parameters<typeof fetch>) {
      if (this !== undefined && this !== globalThis) throw new TypeError('Illegal invocation');
      return fetch(...sent);
    };
    const client = createClient({ url: api.url, fetch: strict });
    expect((await client.product.list.query()).items).toBeDefined();
  });

  test('fails when the renewed token is refused, too', async () => {
    const asked: (string | undefined)[] = [];
    const client = createClient({ url: api.url, token: (refused) => `invalid-${asked.push(refused)}` });
    await expect(client.order.list.query()).rejects.toMatchObject({ data: { commerce: { code: 'unauthenticated' } } });
    expect(asked).toEqual([undefined, 'invalid-1']);
  });

  test('fails at once when it is not from a function', async () => {
    let requests = 0;
    const spy: typeof fetch = (input, init) => {
      requests++;
      return fetch(input, init);
    };
    const client = createClient({ url: api.url, token: 'invalid', fetch: spy });
    await expect(client.order.list.query()).rejects.toMatchObject({ data: { commerce: { code: 'unauthenticated' } } });
    expect(requests).toBe(1);
  });
});

/** Waits for the first data of an order's stream. */
const firstOf = (client: Client, orderId: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const watching = client.order.watch.subscribe(
      { orderId },
      {
        onData() {
          watching.unsubscribe();
          resolve();
        },
        onError: reject,
      },
    );
  });

test('concurrent queries share one request, and each mutation has its own', async () => {
  const requested: string[] = [];
  const spy: typeof fetch = (input, init) => {
    requested.push(new URL(input instanceof Request ? input.url : input).pathname);
    return fetch(input, init);
  };
  const client = createClient({ url: api.url, token: await api.customerToken('kim'), fetch: spy });
  const lines = [{ productId: await api.createProduct({ quantity: 2 }), quantity: 1 }];
  await Promise.all([
    client.product.list.query(),
    client.order.list.query(),
    client.order.create.mutate({ lines }),
    client.order.create.mutate({ lines }),
  ]);
  expect(requested.toSorted()).toEqual(['/trpc/order.create', '/trpc/order.create', '/trpc/product.list,order.list']);
});

test('as many concurrent lists as a page wants are split into batches that the server accepts', async () => {
  const client = createClient({ url: api.url });
  const lists = Array.from({ length: 60 }, async () => client.product.list.query({ limit: 100 }));
  expect(await Promise.all(lists)).toHaveLength(60);
});

test('tRPC’s own client works unchanged: batches, single calls and errors', async () => {
  const links = [
    httpBatchLink({ url: `${api.url}/trpc`, headers: { authorization: `Bearer ${await api.createApiKey()}` } }),
  ];
  const shop = createTRPCClient<AppRouter>({ links });
  const [productId, missing] = [await api.createProduct({ quantity: 5 }), randomUUID()];
  const placeOrder = async (id: string) =>
    shop.order.create.mutate({ customerId: 'kim', lines: [{ productId: id, quantity: 1 }] });
  const [stock, ...orders] = await Promise.allSettled([
    shop.stock.get.query({ productId }),
    placeOrder(productId),
    placeOrder(missing),
    placeOrder(productId),
  ]);
  expect(stock).toMatchObject({ status: 'fulfilled', value: { availableQty: 5 } });
  expect(orders.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(orders[1]).toMatchObject({
    reason: { data: { code: 'NOT_FOUND', httpStatus: 404, commerce: { code: 'product_not_found' } } },
  });
  expect(await placeOrder(productId)).toMatchObject({ status: 'CREATED' });
});

test('commerceErrorOf returns undefined for errors that do not come from the API', async () => {
  const unreachable = createClient({ url: 'http://127.0.0.1:1', attemptsMax: 1 });
  const error = await unreachable.product.list.query().catch((caught: unknown) => caught);
  expect(commerceErrorOf(error)).toBeUndefined();
  expect(commerceErrorOf(new Error('something else'))).toBeUndefined();
  expect(commerceErrorOf(undefined)).toBeUndefined();
});

test('inputs, outputs and errors are typed', () => {
  expectTypeOf<RouterInputs['order']['create']['lines']>().toEqualTypeOf<{ productId: string; quantity: number }[]>();
  expectTypeOf<RouterOutputs['order']['create']['createdAt']>().toBeString();
  expectTypeOf<RouterOutputs['order']['create']['status']>().toEqualTypeOf<
    'CREATED' | 'PAYMENT_PENDING' | 'PAID' | 'PAYMENT_FAILED' | 'CANCELED' | 'EXPIRED'
  >();
  expectTypeOf<RouterOutputs['payment']['list']['nextCursor']>().toEqualTypeOf<string | null>();
  type NextStep = NonNullable<RouterOutputs['payment']['create']['next']>;
  expectTypeOf<Extract<NextStep, { provider: 'stripe' }>['clientSecret']>().toBeString();
  const left = (error: ErrorBody): number | undefined =>
    error.code === 'insufficient_stock' ? error.details.products[0]?.sellableQty : undefined;
  expectTypeOf(left).returns.toEqualTypeOf<number | undefined>();
  expectTypeOf<'insufficient_stock' | 'order_not_found'>().toExtend<ErrorCode>();
  expectTypeOf<'no_such_code'>().not.toExtend<ErrorCode>();
});

test('a bundle for browsers contains no code of the server and nothing of Node.js', async () => {
  const entry = fileURLToPath(new URL('client.ts', import.meta.url));
  const bundle = { write: false, minify: false, lib: { entry, formats: ['es' as const] } };
  const [built] = (await build({ configFile: false, logLevel: 'silent', build: bundle })) as Rolldown.RolldownOutput[];
  const [chunk, ...others] = present(built).output;
  expect(others).toEqual([]);
  const own = chunk.moduleIds.filter(
    (id) => !/node_modules\/(@trpc\/(client|server)|eventsource(-parser)?)\/|^\0/.test(id),
  );
  const credentials = fileURLToPath(new URL('./credentials.ts', import.meta.url));
  expect(own.toSorted()).toEqual([entry, credentials]);
  expect(chunk.imports).toEqual([]);
  expect(chunk.code).not.toMatch(/\b(process|Buffer)\.|["']node:|browser-external/);
});
