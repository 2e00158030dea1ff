import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { gatewayDouble } from '../testing/gateway-double.ts';
import { startTestApi, type TestApiOptions } from '../testing/index.ts';
import { openWire, type Wire } from '../testing/wire.ts';
import { networkOf } from './unsigned-limit.ts';

async function start(options: TestApiOptions = {}) {
  const { gateway } = gatewayDouble('toss', { signs: false });
  const api = await startTestApi({ gateways: [gateway], ...options });
  onTestFinished(() => api.close());
  const send = async (body: object, address = '192.0.2.1') => {
    const headers = { 'event-id': randomUUID(), 'x-real-ip': address };
    const response = await api.fetch('/api/v1/payments/webhooks/toss', {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const answer: any = await response.json();
    return {
      status: response.status,
      code: answer.error?.code,
      retryAfterS: Number(response.headers.get('retry-after')),
      answer,
    };
  };
  const pay = async () => {
    const productId = await api.product();
    const { id: orderId } = await api.commerce.placeOrder({ customerId: 'c', lines: [{ productId, quantity: 1 }] });
    return api.commerce.createPayment({ orderId, provider: 'toss' });
  };
  const kept = async () =>
    (await api.commerce.listGatewayEvents({ provider: 'toss' })).items.filter(({ source }) => source === 'WEBHOOK');
  return { api, send, pay, kept };
}

const limits = (perAddressMax: number, inAllMax: number) => ({
  unsignedWebhooks: { perAddressMax, inAllMax, addressHeader: 'x-real-ip' },
});
const tooMany = { status: 429, code: 'rate_limited', retryAfterS: expect.toSatisfy((s: number) => s >= 1 && s <= 60) };

test('what nobody signed about nothing that we know is answered 200, and not kept', async () => {
  const { send, kept } = await start();
  for (const stranger of [{ paymentId: randomUUID() }, { gatewayPaymentId: 'pi_guessed' }, {}]) {
    expect(await send(stranger)).toMatchObject({
      status: 200,
      answer: { eventId: null, outcome: 'DROPPED', effect: null, duplicate: false },
    });
  }
  expect(await kept()).toEqual([]);
});

test('about a payment that we know, by our id or the gateway’s, it has the gateway asked, and nothing else', async () => {
  const { api, send, pay, kept } = await start();
  const { id: paymentId, orderId, gatewayPaymentId } = await pay();
  for (const named of [{ paymentId }, { gatewayPaymentId }]) {
    expect(await send(named)).toMatchObject({ status: 200, answer: { outcome: 'APPLIED', effect: 'polls_gateway' } });
  }
  expect(await kept()).toHaveLength(2);
  expect((await api.commerce.listGatewayCalls({ orderId })).items).toMatchObject([{ kind: 'POLL', status: 'DUE' }]);
  expect((await api.commerce.getOrder({ orderId })).status).toBe('PAYMENT_PENDING');
});

test('one address is heard so often a minute, then 429 with Retry-After; it takes nothing of the others’ share', async () => {
  const { send } = await start(limits(3, 6));
  for (let times = 0; times < 3; times += 1) expect((await send({}, '192.0.2.1')).status).toBe(200);
  for (let times = 0; times < 5; times += 1) expect(await send({}, '192.0.2.1')).toMatchObject(tooMany);
  for (let times = 0; times < 3; times += 1) expect((await send({}, '192.0.2.2')).status).toBe(200);
  expect(await send({}, '192.0.2.3')).toMatchObject(tooMany);
});

test('who is refused costs the database nothing', async () => {
  const wires: Wire[] = [];
  const { api, send } = await start({
    ...limits(1, 100),
    via: async (url) => {
      const wire = await openWire(url);
      wires.push(wire);
      return wire.url;
    },
  });
  expect((await send({ paymentId: randomUUID() })).status).toBe(200);
  await wires[0]!.cut();
  expect(await send({ paymentId: randomUUID() })).toMatchObject(tooMany);
  expect((await send({ paymentId: randomUUID() }, '192.0.2.2')).status).toBe(503);
  await wires[0]!.mend();
  expect(api.log().filter(({ status }) => status === 429)).toMatchObject([
    { provider: 'toss', codes: ['rate_limited'] },
  ]);
});

test('gateways that sign are never told to come later', async () => {
  const { api } = await start(limits(1, 1));
  const event = { type: 'AUTHORIZED', paymentId: randomUUID(), amount: 1, currency: 'KRW' };
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.webhook(event)));
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
])('%j belongs to %j', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
