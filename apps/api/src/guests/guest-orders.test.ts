import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guestTokens } from '../auth/guest-token.ts';
import { createClient } from '../client.ts';
import { openFaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';
import { present, refusalFrom, startTestApi, until, type TestApi } from '../testing/index.ts';
import {
  addressHeader,
  email,
  guestClient,
  newAddress,
  newOrderInput,
  secrets,
  sendingFrom,
  startGuestApi,
  visitor,
} from './visitor.testing.ts';

let api: TestApi;
let other: TestApi;
let off: TestApi;
beforeAll(async () => {
  api = await startGuestApi();
  other = await startGuestApi(api);
  off = await startTestApi({ databaseOf: api });
});
afterAll(async () => {
  await off?.close();
  await other?.close();
  await api?.close();
});

/** Sends order.create without a token. Returns the response as it came. */
async function post(input: object, headers: Record<string, string> = {}) {
  const response = await api.fetch('/trpc/order.create', {
    method: 'POST',
    headers: { 'content-type': 'application/json', [addressHeader]: newAddress(), ...headers },
    body: JSON.stringify(input),
  });
  return { status: response.status, retryAfter: response.headers.get('retry-after'), text: await response.text() };
}

describe('order.create without a token', () => {
  test('returns an order with a token that opens it until it is paid, through any process', async () => {
    const order = await visitor(api).order.create.mutate(await newOrderInput(api));
    expect(order).toMatchObject({ status: 'CREATED', customerId: `guest:${order.id}`, contact: { email } });
    const days = (Date.parse(present(order.accessExpiresAt)) - Date.now()) / (24 * 60 * 60_000);
    expect(Math.round(days)).toBe(30);

    const guest = guestClient(order, other);
    const { accessToken: _, accessExpiresAt: __, ...placed } = order;
    expect(await guest.order.get.query({ orderId: order.id })).toEqual(placed);
    const payment = await guest.payment.create.mutate({ orderId: order.id, provider: 'mock' });
    expect(await guest.payment.resume.mutate({ paymentId: payment.id })).toMatchObject({ id: payment.id });
    const { id: paymentId, amount, currency } = payment;
    await api.sendWebhook({ type: 'AUTHORIZED', paymentId, amount, currency });
    expect(await guest.order.get.query({ orderId: order.id })).toMatchObject({ status: 'PAID' });
    expect((await guest.shipment.list.query({ orderId: order.id })).items).toHaveLength(1);
    expect(await guest.order.cancel.mutate({ orderId: order.id })).toMatchObject({ status: 'CANCELED' });
  });

  test.each([
    ['without a contact', { contact: undefined }, 'contact.email'],
    ['without an e-mail address', { contact: { phone: '1' } }, 'contact.email'],
    ['for a named customer', { customerId: 'kim' }, 'customerId'],
    ['of too many units', { lines: [{ productId: randomUUID(), quantity: 51 }] }, 'lines'],
  ])('%s is refused', async (_, wrong, path) => {
    const refusal = await refusalFrom(visitor(api).order.create.mutate(await newOrderInput(api, wrong)));
    expect(refusal).toMatchObject({ status: 400, code: 'validation_failed', details: { issues: [{ path }] } });
  });

  test('with GUEST_ORDERS=off needs a token, and no token of a guest is valid', async () => {
    const input = await newOrderInput(api);
    expect(await refusalFrom(visitor(off).order.create.mutate(input))).toMatchObject({ status: 401 });
    const order = await visitor(api).order.create.mutate(input);
    const opened = guestClient(order, off).order.get.query({ orderId: order.id });
    expect(await refusalFrom(opened)).toMatchObject({ status: 401, code: 'unauthenticated' });
    const operator = createClient({ url: off.url, token: await api.createApiKey('guests') });
    const renewed = operator.order.renewAccess.mutate({ email, orderId: order.id });
    expect(await refusalFrom(renewed)).toMatchObject({ status: 404, code: 'guest_orders_off' });
  });

  test('is in no customer’s list', async () => {
    const { id } = await visitor(api).order.create.mutate(await newOrderInput(api));
    expect((await (await api.customerClient('kim')).order.list.query()).items).toEqual([]);
    const all = await (await api.operatorClient('orders')).order.list.query();
    expect(all.items.map((order) => order.id)).toContain(id);
  });
});

describe('a repeated order.create', () => {
  test('after a lost answer returns the same order and a valid token, which is stored nowhere', async () => {
    const address = newAddress();
    let lost = 0;
    const losing: typeof fetch = async (input, init) => {
      const response = await sendingFrom(address)(input, init);
      if (lost === 2) return response;
      lost += 1;
      throw new TypeError('the response was lost');
    };
    const input = await newOrderInput(api);
    const order = await createClient({ url: api.url, fetch: losing }).order.create.mutate(input);
    expect(lost).toBe(2);
    expect(await api.readStock(present(input.lines[0]).productId)).toEqual([10, 1]);
    expect(await guestClient(order, api).order.get.query({ orderId: order.id })).toMatchObject({ id: order.id });
    const { rows } = await api.database.pool.query(`
      select answer::text from commerce.idempotency_keys where scope = 'guests' and answer::text like '%${order.id}%'`);
    expect(rows).toHaveLength(1);
    expect(rows[0].answer).not.toMatch(/accessToken|cg_/);
  });

  test('needs the whole input of the first call, and a key that nobody guesses', async () => {
    const [key, input] = [randomUUID(), await newOrderInput(api)];
    const first = await post(input, { 'idempotency-key': key });
    const again = await post(input, { 'idempotency-key': key });
    const idOf = ({ text }: { text: string }): string => JSON.parse(text).result.data.id;
    expect(idOf(again)).toBe(idOf(first));
    const stranger = await post({ ...input, contact: { email: 'mallory@mail.example' } }, { 'idempotency-key': key });
    expect(stranger).toMatchObject({ status: 422, text: expect.stringContaining('idempotency_key_reused') });
    expect(stranger.text).not.toMatch(/cg_|jo@mail/);
    expect(await post(input, { 'idempotency-key': 'order-17' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('Idempotency-Key'),
    });
  });

  test('does not share its key with a customer, an operator or the guest of an order', async () => {
    const key = randomUUID();
    const order = await visitor(api).order.create.mutate(await newOrderInput(api));
    const authorization = `Bearer ${order.accessToken}`;
    const body = JSON.stringify({ orderId: order.id });
    const headers = { 'content-type': 'application/json', authorization, 'idempotency-key': key };
    await api.fetch('/trpc/order.cancel', { method: 'POST', headers, body });
    expect(await post(await newOrderInput(api), { 'idempotency-key': key })).toMatchObject({ status: 200 });
    const { rows } = await api.database.pool.query(
      'select scope from commerce.idempotency_keys where key = $1 order by scope',
      [key],
    );
    expect(rows.map(({ scope }) => scope)).toEqual([`guest:${order.id}`, 'guests']);
  });
});

describe('too many orders', () => {
  test('of one address are refused until one of them ends, and other addresses may still order', async () => {
    const address = newAddress();
    const client = visitor(api, address);
    const place = async () => client.order.create.mutate(await newOrderInput(api));
    const first = await place();
    await Promise.all([place(), place()]);
    const refusal = await refusalFrom(visitor(other, address).order.create.mutate(await newOrderInput(api)));
    expect(refusal).toMatchObject({ status: 429, code: 'too_many_unpaid_orders' });
    const { retryAfter } = await post(await newOrderInput(api), { [addressHeader]: address });
    expect(Number(retryAfter)).toBeGreaterThan(1_700);
    // The same network, and what a client has written into the header before the proxy.
    const neighbor = address.replace('::1', '::2');
    for (const from of [neighbor, `192.0.2.7, ${address}`])
      expect((await post(await newOrderInput(api), { [addressHeader]: from })).status).toBe(429);
    expect((await post(await newOrderInput(api))).status).toBe(200);
    await guestClient(first, api).order.cancel.mutate({ orderId: first.id });
    expect(await place()).toMatchObject({ status: 'CREATED' });
  });

  test('in a minute are refused with the time to wait, by address and in all', async () => {
    const limited = await startTestApi({
      databaseOf: api,
      guestOrders: { secrets, addressHeader, callsPerAddressMax: 2, callsInAllMax: 3 },
    });
    try {
      const address = newAddress();
      // Refused orders count, too: a program must not try all products.
      const input = await newOrderInput(api, { lines: [{ productId: randomUUID(), quantity: 1 }] });
      const codes = [];
      for (const from of [address, address, address, newAddress(), newAddress()])
        codes.push((await refusalFrom(visitor(limited, from).order.create.mutate(input))).code);
      expect(codes).toEqual([
        'product_not_found',
        'product_not_found',
        'rate_limited',
        'product_not_found',
        'rate_limited',
      ]);
      const response = await limited.fetch('/trpc/order.create,order.create?batch=1', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ 0: input, 1: input }),
      });
      expect(await response.text()).toMatch(/rate_limited.*rate_limited/);
      const seconds = Number(response.headers.get('retry-after'));
      expect(seconds).toBeGreaterThan(1);
      expect(seconds).toBeLessThanOrEqual(60);
    } finally {
      await limited.close();
    }
  });
});

test('a guest’s stream goes on over broken connections, and ends for a token that is not valid', async () => {
  const proxy = await openFaultInjectingProxy(() => api.url);
  const order = await visitor(api).order.create.mutate(await newOrderInput(api));
  const payment = await guestClient(order, api).payment.create.mutate({ orderId: order.id, provider: 'mock' });
  const versions: number[] = [];
  const statuses: string[] = [];
  const watched = createClient({ url: proxy.url, token: present(order.accessToken) }).order.watch.subscribe(
    { orderId: order.id },
    {
      onData({ data: { order: changed } }) {
        versions.push(changed.version);
        statuses.push(changed.status);
      },
    },
  );
  await until(() => statuses.length > 0);
  await proxy.disconnect();
  const { id: paymentId, amount, currency } = payment;
  await api.sendWebhook({ type: 'AUTHORIZED', paymentId, amount, currency });
  await proxy.reconnect();
  await until(() => statuses.includes('PAID'));
  expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
  watched.unsubscribe();
  await proxy.close();

  const expired = guestTokens({ secrets, accessMs: -60_000 }).issue(order.id).accessToken;
  for (const token of [expired, present(order.accessToken).replace(/.$/, '!')]) {
    const refusal = new Promise((resolve) => {
      const onError = (error: unknown) => resolve(error);
      createClient({ url: api.url, token }).order.watch.subscribe({ orderId: order.id }, { onError });
    });
    expect(await refusal).toMatchObject({ data: { commerce: { code: 'unauthenticated' } } });
  }
});
