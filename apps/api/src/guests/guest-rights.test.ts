import { randomUUID } from 'node:crypto';
import { newCustomerId } from '@commerce-core/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { access } from '../auth/access.ts';
import { createFakeGateway } from '../testing/fake-gateway.ts';
import { present, startTestApi, type TestApi } from '../testing/index.ts';
import { procedures } from '../trpc/procedures.ts';

type About = { orderId: string; paymentId: string; returnId: string };
type Placed = About & { token: string };

const lines = [{ lineNo: 1, quantity: 1 }];

/** The input of each procedure that a guest may call, about an order. */
const inputs: Record<string, (order: About) => object> = {
  'order.get': ({ orderId }) => ({ orderId }),
  'order.watch': ({ orderId }) => ({ orderId }),
  'order.cancel': ({ orderId }) => ({ orderId }),
  'order.cancelLines': ({ orderId }) => ({ orderId, lines }),
  'payment.create': ({ orderId }) => ({ orderId, provider: 'mock' }),
  'payment.resume': ({ paymentId }) => ({ paymentId }),
  'payment.confirm': ({ paymentId }) => ({ paymentId, token: 'of the browser' }),
  'payment.list': ({ orderId }) => ({ orderId }),
  'return.request': ({ orderId }) => ({ orderId, lines }),
  'return.cancel': ({ returnId }) => ({ returnId }),
  'return.get': ({ returnId }) => ({ returnId }),
  'return.list': ({ orderId }) => ({ orderId }),
  'shipment.list': ({ orderId }) => ({ orderId }),
};

const paths = Object.keys(procedures);
const rule = (path: string) => present(access[path]);
const guestMay = (path: string): boolean => {
  const allowed = rule(path);
  return allowed !== 'public' && allowed.guest;
};

let api: TestApi;
beforeAll(async () => {
  const guestOrders = { secrets: ['a secret of the tests for the tokens of guests'], callsPerAddressMax: 10_000 };
  api = await startTestApi({
    gateways: [createFakeGateway('stripe').gateway],
    guestOrders,
    guestLimits: { unpaidPerOriginMax: 1_000 },
  });
});
afterAll(() => api?.close());

async function placeAsGuest(provider = 'stripe'): Promise<Placed> {
  const ordered = [{ productId: await api.createProduct(), quantity: 2 }];
  const contact = { email: 'jo@mail.example' };
  const order = await api.anonymousClient().order.create.mutate({ lines: ordered, contact });
  const { id: paymentId } = await api.commerce.createPayment({ orderId: order.id, provider });
  return { orderId: order.id, paymentId, returnId: randomUUID(), token: present(order.accessToken, 'token') };
}

/** A guest's order whose units have left, and the return of one of them. */
async function placeWithReturn(): Promise<Placed> {
  const placed = await placeAsGuest('mock');
  const { orderId, paymentId } = placed;
  const { amount, currency } = await api.commerce.getPayment({ paymentId });
  await api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
  const [shipment] = await api.commerce.listShipments({ orderId });
  const parcels = [{ carrier: 'Post', trackingNumber: orderId }];
  await api.commerce.dispatchShipment({ shipmentId: present(shipment).id, parcels });
  const { id: returnId } = await api.commerce.requestReturn({ orderId, lines });
  return { ...placed, returnId };
}

const place = async (path: string): Promise<Placed> =>
  path.startsWith('return.') ? placeWithReturn() : placeAsGuest();

/** Calls a procedure. Returns the status with the body, of a stream only its first event without the time to wait. */
async function call(path: string, input: object, token?: string): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const isMutation = procedures[path]?._def.type === 'mutation';
  const aborting = new AbortController();
  const response = await (isMutation
    ? api.fetch(`/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) })
    : api.fetch(`/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, {
        headers,
        signal: aborting.signal,
      }));
  if (procedures[path]?._def.type !== 'subscription' || !response.ok)
    return { status: response.status, text: await response.text() };
  let text = '';
  for await (const chunk of present(response.body).pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (/"commerce"|"order"/.test(text)) break;
  }
  aborting.abort();
  return { status: text.includes('"order":') ? 200 : 404, text: text.replace(/retry: \d+/, '') };
}

const codeOf = ({ text }: { text: string }): unknown => /"commerce":\{"code":"(\w+)"/.exec(text)?.[1];

/** Whether nothing is there for a caller: a list of returns is empty, and all else is not found. */
const isNothing = (answer: { text: string }): boolean =>
  answer.text.includes('"items":[]') || /^(order|payment|return)_not_found$/.test(String(codeOf(answer)));

/** Ends an order whose units have left: they all come back. */
async function bringAllBack({ orderId, returnId }: About): Promise<void> {
  for (const { id: shipmentId } of await api.commerce.listShipments({ orderId }))
    await api.commerce.deliverShipment({ shipmentId });
  const { id: second } = await api.commerce.requestReturn({ orderId, lines });
  for (const id of [returnId, second]) {
    await api.commerce.approveReturn({ returnId: id });
    await api.commerce.receiveReturn({ returnId: id, lines: [{ lineNo: 1, restockQty: 1 }] });
    await api.commerce.closeReturn({ returnId: id });
  }
}

test('the test has an input for each procedure that a guest may call', () => {
  expect(Object.keys(inputs).toSorted()).toEqual(paths.filter(guestMay).toSorted());
});

describe.each(paths.filter(guestMay))('%s of a guest’s order', (path) => {
  const input = (order: About) => present(inputs[path])(order);

  test('is for the guest and for operators', async () => {
    const own = await place(path);
    const operator = await call(path, input(own), await api.createApiKey('orders'));
    expect([200, 409]).toContain(operator.status);
    const other = await place(path);
    const guest = await call(path, input(other), other.token);
    expect(guest.status).toBe(operator.status);
  });

  test('is like one that does not exist for the guest of another order and for a customer', async () => {
    const [own, other] = [await place(path), await place(path)];
    const missing = { orderId: randomUUID(), paymentId: randomUUID(), returnId: randomUUID() };
    for (const stranger of [other.token, await api.customerToken()]) {
      const refused = await call(path, input(own), stranger);
      expect(isNothing(refused)).toBe(true);
      expect(refused).toEqual(await call(path, input(missing), stranger));
    }
    expect(await call('order.get', { orderId: own.orderId }, own.token)).toMatchObject({ status: 200 });
  });

  test('is closed without a token, without the scope, and for an account with the id of the guest', async () => {
    const { orderId, ...more } = await place(path);
    const given = input({ orderId, ...more });
    expect(codeOf(await call(path, given))).toBe('unauthenticated');
    expect(codeOf(await call(path, given, await api.createApiKey('guests', 'money')))).toBe('forbidden');
    const { customerId } = await api.commerce.getOrder({ orderId });
    expect(newCustomerId.safeParse(customerId).success).toBe(false);
    expect(codeOf(await call(path, given, await api.customerToken(customerId)))).toBe('unauthenticated');
  });

  test('is closed for the guest after the contact was erased', async () => {
    const { token, ...about } = await place(path);
    const { orderId } = about;
    if (path.startsWith('return.')) await bringAllBack(about);
    else await api.commerce.cancelOrder({ orderId });
    await api.commerce.redactOrder({ orderId });
    expect(isNothing(await call(path, input(about), token))).toBe(true);
  });
});

test('a guest writes no reason into the event log, which keeps it for ever', async () => {
  const { orderId, token } = await placeAsGuest();
  const refused = await call('order.cancelLines', { orderId, lines, reason: 'Jo moved' }, token);
  expect(codeOf(refused)).toBe('validation_failed');
});

describe('every other procedure', () => {
  const others = paths.filter((path) => !guestMay(path) && rule(path) !== 'public');

  test.each(others)('%s is forbidden for a guest, also about the guest’s own order', async (path) => {
    const { token, ...order } = await placeAsGuest();
    for (const about of [{}, order, { orderId: order.orderId }])
      expect(codeOf(await call(path, about, token))).toBe('forbidden');
  });
});
