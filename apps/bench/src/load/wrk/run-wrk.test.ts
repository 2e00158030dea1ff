import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { UsageError } from '../../options.ts';
import type { Job, Loaded } from '../job.ts';
import { chooseLoadProgram } from '../load-program.ts';
import { startLoadProcess } from '../load-process.ts';
import { summary } from '../measure.ts';
import { findWrk } from './find-wrk.ts';
import { created, flowAt, gatewayKey, ordersAt, paid, shop, startServer, webhooksAt } from './recording-server.ts';
import type { Received } from './recording-server.ts';

const wrk = findWrk();
if (!wrk) console.warn('SKIPPED: wrk is not installed (apt-get install wrk), so the load that it sends is not tested');

const node = startLoadProcess();
afterAll(() => node.stop());

const byWrk = async (job: Job): Promise<Loaded> => chooseLoadProgram(node, 'wrk').run(job);
const byNode = async (job: Job): Promise<Loaded> => chooseLoadProgram(node, 'node').run(job);

describe.skipIf(!wrk)('the load by wrk', () => {
  test('each call has a key of its own, a random customer and different products', async () => {
    const { url, received } = await startServer(shop);
    await byWrk(ordersAt(url, { clients: 8, measureMs: 1_000 }));
    const distinct = (of: (request: Received) => unknown) => new Set(received.map(of)).size;
    expect(received.length).toBeGreaterThanOrEqual(8);
    expect(distinct(({ headers }) => headers['idempotency-key'])).toBe(received.length);
    expect(distinct(({ headers }) => headers.authorization)).toBeGreaterThan(Math.min(received.length / 4, 250));
    expect(distinct(({ body }) => body)).toBeGreaterThan(received.length / 2);
    for (const { body } of received) {
      const { lines } = JSON.parse(body) as { lines: { productId: string; quantity: number }[] };
      expect(new Set(lines.map(({ productId }) => productId)).size).toBe(2);
      for (const { productId, quantity } of lines) {
        expect(Number(productId.slice(-12))).toBeLessThanOrEqual(1_000);
        expect([1, 2, 3]).toContain(quantity);
      }
    }
  });

  test('each call that the server acknowledged is counted with its id, the last ones too', async () => {
    const acknowledged: string[] = [];
    const { url } = await startServer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      const id = randomUUID();
      acknowledged.push(id);
      return { status: 200, body: JSON.stringify({ result: { data: { id } } }) };
    });
    const { ids, succeeded, failed } = await byWrk(ordersAt(url, { clients: 16 }));
    expect(ids.toSorted()).toEqual(acknowledged.toSorted());
    expect({ succeeded, failed }).toEqual({ succeeded: acknowledged.length, failed: {} });
  });

  test('a latency is that of the call whose response it is, although others overtake the call', async () => {
    const latencies: number[] = [];
    const { url } = await startServer(async (_, n) => {
      const since = performance.now();
      await new Promise((resolve) => setTimeout(resolve, n % 10 === 0 ? 600 : 5));
      latencies.push(performance.now() - since);
      return created();
    });
    const { p50Ms, p99Ms } = await byWrk(ordersAt(url, { clients: 8, measureMs: 1_500 }));
    const ofServer = summary(latencies, 1);
    expect(p99Ms).toBeGreaterThanOrEqual(599);
    expect(Math.abs(p50Ms - ofServer.p50Ms)).toBeLessThan(100);
  });

  test('refusals are counted by status, and a lost connection as a failure', async () => {
    const { url, received } = await startServer((_, n) => {
      if (n === 5) return 'close';
      return n % 3 === 0 ? { status: 503, body: '{"error":{}}' } : created();
    });
    const { succeeded, failed } = await byWrk(ordersAt(url, { clients: 2 }));
    expect(failed).toEqual({ 503: Math.floor(received.length / 3), 'the server closed the connection': 1 });
    expect(succeeded).toBe(received.length - Math.floor(received.length / 3) - 1);
  });

  test('each payment’s webhook is sent once, signed, until none is left', async () => {
    const { url, received } = await startServer(shop);
    const { succeeded } = await byWrk(webhooksAt(url, { clients: 8, from: 11, to: 40, measureMs: 60_000 }));
    const ids = received.map(({ headers }) => String(headers['webhook-id']));
    expect(ids.toSorted()).toEqual(Array.from({ length: 30 }, (_, n) => `evt-${n + 11}`));
    expect(succeeded).toBe(30);
    for (const { headers, body } of received) {
      const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
      const signature = createHmac('sha256', gatewayKey).update(content).digest('base64');
      expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    }
  });

  test('a webhook that paid nothing is a failure', async () => {
    const body = { eventId: randomUUID(), outcome: 'APPLIED', effect: 'order_paid', duplicate: true };
    const { url } = await startServer(() => ({ status: 200, body: JSON.stringify(body) }));
    const { succeeded, failed } = await byWrk(webhooksAt(url, { to: 3 }));
    expect({ succeeded, failed }).toEqual({ succeeded: 0, failed: { 200: 3 } });
  });

  test('a flow’s requests wait for each other and name the order and the payment of the responses', async () => {
    const ids = new Map<string, string>();
    const { url, received } = await startServer(({ path, body }) => {
      if (path.includes('webhooks')) return paid();
      const id = randomUUID();
      ids.set(id, path.includes('payment') ? (JSON.parse(body) as { orderId: string }).orderId : body);
      return { status: 200, body: JSON.stringify({ result: { data: { id } } }) };
    });
    const { ids: orders, succeeded, failed } = await byWrk(flowAt(url, { clients: 4 }));
    expect(failed).toEqual({});
    expect(received).toHaveLength(succeeded * 3);
    const webhooks = received.filter(({ path }) => path.includes('webhooks'));
    const paidOrders = webhooks.map(({ headers, body }) => {
      const { paymentId, amount } = JSON.parse(body) as { paymentId: string; amount: number };
      const orderId = ids.get(paymentId) ?? '';
      const { lines } = JSON.parse(ids.get(orderId) ?? '') as { lines: { quantity: number }[] };
      expect(amount).toBe(lines.reduce((sum, { quantity }) => sum + quantity * 1_000, 0));
      expect(headers['webhook-id']).toBe(`evt-${paymentId}`);
      return orderId;
    });
    expect(paidOrders.toSorted()).toEqual(orders.toSorted());
  });

  test('a flow ends with the first call that fails', async () => {
    const { url, received } = await startServer(({ path }) =>
      path.includes('payment') ? { status: 503, body: '{}' } : created(),
    );
    const { succeeded, failed } = await byWrk(flowAt(url));
    expect(succeeded).toBe(0);
    expect(failed).toEqual({ 'payment.create: 503': received.length / 2 });
  });

  test('at a rate, calls begin at random times, and the wait for a free connection counts as latency', async () => {
    const { url } = await startServer(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return created();
    });
    const job = { warmMs: 0, measureMs: 1_500, rate: 100 };
    const free = await byWrk(ordersAt(url, { ...job, clients: 32 }));
    expect(free.perSecond).toBeGreaterThan(60);
    expect(free.perSecond).toBeLessThan(140);
    // One connection takes 20 ms a call, so it can make only half of 100 calls a second.
    const busy = await byWrk(ordersAt(url, { ...job, clients: 1 }));
    expect(busy.perSecond).toBeLessThanOrEqual(50);
    expect(busy.p99Ms).toBeGreaterThan(300);
  });

  test('the figures name the program that sent the calls', async () => {
    const { url } = await startServer(shop);
    expect((await byWrk(ordersAt(url))).sentBy).toBe(`wrk ${wrk?.version}`);
    expect((await byNode(ordersAt(url))).sentBy).toBe('Node');
  });
});

test('without wrk, the Node program sends the load, unless the options ask for wrk', () => {
  const path = process.env['PATH'];
  onTestFinished(() => {
    process.env['PATH'] = path;
  });
  process.env['PATH'] = '';
  expect(chooseLoadProgram(node, undefined).name).toBe('Node (wrk is not installed: apt-get install wrk)');
  expect(chooseLoadProgram(node, 'node').name).toBe('Node');
  expect(() => chooseLoadProgram(node, 'wrk')).toThrow(UsageError);
});
