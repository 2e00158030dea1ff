import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { createFakeGateway } from '../testing/fake-gateway.ts';
import { startTestApi, type TestApiOptions } from '../testing/index.ts';
import { networkOf } from '../http/client-address.ts';

async function startUnsigned(options: TestApiOptions = {}) {
  const { gateway } = createFakeGateway('toss', { signs: false });
  const api = await startTestApi({ gateways: [gateway], ...options });
  onTestFinished(() => api.close());
  const send = async (body: object, address = '192.0.2.1') => {
    const headers = { 'event-id': randomUUID(), 'x-real-ip': address };
    const response = await api.fetch('/api/v1/payments/webhooks/toss', {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const result: any = await response.json();
    return {
      status: response.status,
      code: result.error?.code,
      retryAfterS: Number(response.headers.get('retry-after')),
      result,
    };
  };
  const createPayment = async () => {
    const productId = await api.createProduct();
    const { id: orderId } = await api.commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });
    return api.commerce.createPayment({ orderId, provider: 'toss' });
  };
  const readStored = async () =>
    (await api.commerce.listGatewayEvents({ provider: 'toss' })).items.filter(({ source }) => source === 'WEBHOOK');
  return { api, send, createPayment, readStored };
}

const limits = (perAddressMax: number, inAllMax: number) => ({
  unsignedWebhooks: { perAddressMax, inAllMax, addressHeader: 'x-real-ip' },
});
const tooMany = { status: 429, code: 'rate_limited', retryAfterS: expect.toSatisfy((s: number) => s >= 1 && s <= 60) };

test('an unsigned message about no payment of this shop gets a 200 and is not stored', async () => {
  const { send, readStored } = await startUnsigned();
  for (const unknown of [{ paymentId: randomUUID() }, { gatewayPaymentId: 'pi_guessed' }, {}]) {
    expect(await send(unknown)).toMatchObject({
      status: 200,
      result: { eventId: null, outcome: 'DROPPED', effect: null, duplicate: false },
    });
  }
  expect(await readStored()).toEqual([]);
});

test('an unsigned message about a payment of this shop, by either id, only has the gateway polled', async () => {
  const { api, send, createPayment, readStored } = await startUnsigned();
  const { id: paymentId, orderId, gatewayPaymentId } = await createPayment();
  for (const named of [{ paymentId }, { gatewayPaymentId }]) {
    expect(await send(named)).toMatchObject({ status: 200, result: { outcome: 'APPLIED', effect: 'polls_gateway' } });
  }
  expect(await readStored()).toHaveLength(2);
  expect((await api.commerce.listGatewayCalls({ orderId })).items).toMatchObject([{ kind: 'POLL', status: 'DUE' }]);
  expect((await api.commerce.getOrder({ orderId })).status).toBe('PAYMENT_PENDING');
});

test('an address above its limit gets a 429 with Retry-After and uses none of the total’s limit', async () => {
  const { send } = await startUnsigned(limits(3, 6));
  for (let times = 0; times < 3; times += 1) expect((await send({}, '192.0.2.1')).status).toBe(200);
  for (let times = 0; times < 5; times += 1) expect(await send({}, '192.0.2.1')).toMatchObject(tooMany);
  for (let times = 0; times < 3; times += 1) expect((await send({}, '192.0.2.2')).status).toBe(200);
  expect(await send({}, '192.0.2.3')).toMatchObject(tooMany);
});

test('addresses that a client wrote before that of the proxy do not count', async () => {
  const { send } = await startUnsigned(limits(3, 100));
  for (let times = 0; times < 3; times += 1)
    expect((await send({}, `198.51.100.${times}, 192.0.2.1`)).status).toBe(200);
  expect(await send({}, '198.51.100.4, 192.0.2.1')).toMatchObject(tooMany);
});

test('a rate-limited message does not reach the database', async () => {
  const { api, send } = await startUnsigned({
    ...limits(1, 100),
    throughProxy: true,
  });
  expect((await send({ paymentId: randomUUID() })).status).toBe(200);
  await api.disconnectDatabase();
  expect(await send({ paymentId: randomUUID() })).toMatchObject(tooMany);
  expect((await send({ paymentId: randomUUID() }, '192.0.2.2')).status).toBe(503);
  await api.reconnectDatabase();
  expect(api.logLines().filter(({ status }) => status === 429)).toMatchObject([
    { provider: 'toss', codes: ['rate_limited'] },
  ]);
});

test('webhooks of gateways that sign are not rate-limited', async () => {
  const { api } = await startUnsigned(limits(1, 1));
  const event = { type: 'AUTHORIZED', paymentId: randomUUID(), amount: 1, currency: 'KRW' };
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.sendWebhook(event)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:1:2:3:4:5', '2001:db8:0:1'],
  ['2001:db8:0:1::7', '2001:db8:0:1'],
  ['2001:0db8::1', '2001:db8:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['2001:db8::', '2001:db8:0:0'],
  ['', ''],
])('the address %j counts as the network %j', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
