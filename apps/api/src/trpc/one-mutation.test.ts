import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticator } from '../auth/caller.ts';
import { customerTokens } from '../auth/customer-token.ts';
import { appRouter } from '../routers/index.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';

let api: TestApi;
let token: string;
beforeAll(async () => {
  api = await startTestApi();
  token = await api.customerToken('customer-1');
});
afterAll(() => api?.close());

const headersOf = (authorization: string | undefined) => ({
  'content-type': 'application/json',
  ...(authorization === undefined ? {} : { authorization }),
});

/** Sends the request through tRPC's own adapter. */
async function byAdapter(path: string, body: string, authorization: string | undefined): Promise<Response> {
  const authenticate = authenticator(api.commerce, customerTokens({ secret: api.customerTokenSecret }));
  return fetchRequestHandler({
    endpoint: '/trpc',
    req: new Request(`${api.url}/trpc/${path}`, { method: 'POST', body, headers: headersOf(authorization) }),
    router: appRouter,
    createContext: async () => ({
      commerce: api.commerce,
      caller: await authenticate({ authorization }),
      call: {},
    }),
  });
}

const readResponse = async (response: Response) => ({
  status: response.status,
  type: response.headers.get('content-type'),
  body: await response.text(),
});

test.each([
  ['a refused mutation', 'order.cancel', JSON.stringify({ orderId: randomUUID() }), true],
  ['an invalid input', 'order.create', '{"lines":[]}', true],
  ['an unknown field', 'order.cancel', '{"order":1}', true],
  ['no body at all', 'order.create', '', true],
  ['a body that is not JSON', 'order.create', '{"lines":', true],
  ['an anonymous caller', 'order.create', '{}', false],
  ['a forbidden call', 'apiKey.create', '{}', true],
])('%s gets the same bytes as from tRPC’s own adapter', async (_, path, body, known) => {
  const authorization = known ? `Bearer ${token}` : undefined;
  const ours = await api.fetch(`/trpc/${path}`, { method: 'POST', body, headers: headersOf(authorization) });
  expect(await readResponse(ours)).toEqual(await readResponse(await byAdapter(path, body, authorization)));
});

test('a bad token gets the same bytes as from tRPC’s own adapter', async () => {
  const ours = await api.fetch('/trpc/order.create', { method: 'POST', body: '{}', headers: headersOf('Bearer nope') });
  expect(await readResponse(ours)).toEqual(await readResponse(await byAdapter('order.create', '{}', 'Bearer nope')));
});

test('an accepted call gets the same response as from tRPC’s own adapter', async () => {
  const productId = await api.createProduct();
  const { id: orderId } = await api.commerce.placeOrder({
    customerId: 'customer-1',
    lines: [{ productId, quantity: 1 }],
  });
  const body = JSON.stringify({ orderId });
  const ours = await readResponse(
    await api.fetch('/trpc/order.cancel', { method: 'POST', body, headers: headersOf(`Bearer ${token}`) }),
  );
  const order = JSON.parse(JSON.stringify(await api.commerce.getOrder({ orderId })));
  expect({ ...ours, body: JSON.parse(ours.body) }).toEqual({
    status: 200,
    type: 'application/json',
    body: { result: { data: order } },
  });
});
