import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mockGateway } from '../gateways/mock.ts';
import { startFakeGatewayApi } from '../testing/fake-gateway-api.ts';
import { first, only } from '../testing/only.ts';
import { createRecordingSink, type RecordingSink } from '../testing/recording-sink.ts';
import { recordTraces, type RecordedTraces } from '../testing/recorded-traces.ts';
import { createTestShop, webhookSecret } from '../testing/test-shop.ts';
import { startWebhookShop, type WebhookShop } from '../testing/webhook-shop.ts';

let traces: RecordedTraces;
let shop: WebhookShop;
let sink: RecordingSink;
beforeAll(async () => {
  traces = recordTraces();
  sink = createRecordingSink('log');
  shop = await startWebhookShop(undefined, { tracing: traces.tracing, sinks: [sink] });
});
afterAll(async () => {
  await shop.close();
  await traces.close();
});

let traceCount = 0;
/** A new trace that another program has begun. */
function newTrace(flags = '01') {
  traceCount += 1;
  const traceId = `${'a'.repeat(24)}${String(traceCount).padStart(8, '0')}`;
  return { traceId, traceparent: `00-${traceId}-00000000000000b1-${flags}` };
}

const lines = (productId: string) => ({ customerId: 'customer-1', lines: [{ productId, quantity: 1 }] });
const traceIdOf = (traceparent: unknown): unknown => String(traceparent).split('-')[1];

async function readTraceparents(aggregateId: string): Promise<(string | null)[]> {
  const { rows } = await shop.database.pool.query<{ traceparent: string | null }>(
    'select traceparent from commerce.events where aggregateid = $1 order by version',
    [aggregateId],
  );
  return rows.map(({ traceparent }) => traceparent);
}

describe('a call of one caller', () => {
  test('has one tree of spans, from its batch to its statements', async () => {
    const { traceId, traceparent } = newTrace();
    const product = await shop.createTestProduct();
    await traces.inTrace(traceparent, async () => shop.commerce.placeOrder(lines(product)));
    expect(traces.pathsOf(traceId)).toEqual([
      'request',
      'request > batch',
      'request > batch > transaction',
      'request > batch > transaction > statements',
    ]);
    const statements = traces.spansOf(traceId).filter(({ name }) => name === 'statements');
    expect(statements.map(({ attributes }) => attributes['db.query.summary'])).toEqual([
      expect.stringMatching(/^begin begin_flow_short_lock_wait lock_stocks/),
      expect.stringMatching(/insert_orders.* insert_events.* commit$/),
    ]);
  });

  test('that runs alone has its transaction in its own span', async () => {
    const { traceId, traceparent } = newTrace();
    const { id: orderId } = await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
    await traces.inTrace(traceparent, async () => shop.commerce.cancelOrder({ orderId }));
    expect(traces.pathsOf(traceId)).toContain('request > transaction > statements');
    const [created, canceled] = await readTraceparents(orderId);
    expect([created, traceIdOf(canceled)]).toEqual([null, traceId]);
  });

  test('that is refused ends its span with the code, and not as an error', async () => {
    const { traceId, traceparent } = newTrace();
    const orderId = '00000000-0000-7000-8000-000000000000';
    const refused = traces.inTrace(traceparent, async () => shop.commerce.cancelOrder({ orderId }));
    await expect(refused).rejects.toMatchObject({ code: 'order_not_found' });
    const request = traces.spansOf(traceId).find(({ name }) => name === 'request');
    expect(request?.attributes['error.type']).toBe('order_not_found');
    expect(request?.status.code).toBe(0);
  });
});

test('several callers share a batch with links to them, and each event carries its own caller’s trace', async () => {
  const product = await shop.createTestProduct({ quantity: 100 });
  const callers = Array.from({ length: 8 }, () => newTrace());
  // The first one runs at once; the others share the batch behind it.
  const orders = await Promise.all(
    callers.map(async ({ traceparent }) =>
      traces.inTrace(traceparent, async () => shop.commerce.placeOrder(lines(product))),
    ),
  );
  for (const [index, { traceId }] of callers.entries()) {
    const stored = await readTraceparents(orders[index]?.id ?? '');
    expect(stored.map(traceIdOf)).toEqual([traceId]);
  }
  const batches = traces.spans().filter(({ name, links }) => name === 'batch' && links.length > 1);
  const shared = only(batches);
  expect(shared.links.map(({ context }) => context.traceId)).toEqual(callers.slice(1).map(({ traceId }) => traceId));
  expect(shared.spanContext().traceId).toBe(callers[1]?.traceId);
  for (const { traceId } of callers.slice(2)) {
    const request = only(traces.spansOf(traceId));
    expect(request.links.map(({ context }) => context.spanId)).toEqual([shared.spanContext().spanId]);
  }
});

test('an event is delivered and published in the trace of the call that recorded it', async () => {
  const { traceId, traceparent } = newTrace();
  const product = await shop.createTestProduct();
  const endpoint = await shop.createEndpoint({ types: ['order.created'] });
  const { id } = await traces.inTrace(traceparent, async () => shop.commerce.placeOrder(lines(product)));
  await shop.untilReceived(1);
  await shop.untilDelivered(endpoint.id);
  const { headers, events } = only(shop.receiver.requests);
  const [stored] = await readTraceparents(id);
  expect(traceIdOf(stored)).toBe(traceId);
  expect(only(events).traceparent).toBe(stored);
  expect(traceIdOf(headers['traceparent'])).toBe(traceId);
  await expect
    .poll(() => traces.pathsOf(traceId))
    .toEqual(expect.arrayContaining(['request > deliver webhook', 'request > publish log']));
  const delivery = traces.spansOf(traceId).find(({ name }) => name === 'deliver webhook');
  expect(headers['traceparent']).toContain(delivery?.spanContext().spanId);
  expect(delivery?.attributes).toMatchObject({ 'http.response.status_code': 204, 'commerce.events.count': 1 });
  expect(sink.stored.find(({ subject }) => subject === `order/${id}`)?.traceparent).toBe(stored);
  await shop.commerce.deleteWebhookEndpoint({ endpointId: endpoint.id });
});

test('a trace that is not recorded has no span, and continues in events', async () => {
  const { traceId, traceparent } = newTrace('00');
  const product = await shop.createTestProduct();
  const { id } = await traces.inTrace(traceparent, async () => shop.commerce.placeOrder(lines(product)));
  expect(traces.spansOf(traceId)).toEqual([]);
  expect(await readTraceparents(id)).toEqual([expect.stringMatching(new RegExp(`^00-${traceId}-\\w{16}-00$`))]);
});

test('spans hold no texts of a customer', async () => {
  const { traceId, traceparent } = newTrace();
  const product = await shop.createTestProduct();
  const contact = { name: 'Marked Name', email: 'marked@example.com' };
  await traces.inTrace(traceparent, async () => shop.commerce.placeOrder({ ...lines(product), contact }));
  const spans = traces
    .spansOf(traceId)
    .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
  expect(JSON.stringify(spans)).not.toMatch(/marked|customer-1/i);
  expect(spans.length).toBeGreaterThan(3);
});

test('a call to a gateway by a job belongs to the trace that requested it, and sends its trace context', async () => {
  const { traceId, traceparent } = newTrace();
  const captured = (id: string) => ({ type: 'CAPTURED', paymentId: id, amount: 1_000, currency: 'KRW' });
  let paymentId = '';
  const api = await startFakeGatewayApi(() => ({ status: 200, body: { facts: [captured(paymentId)] } }));
  const gateway = Object.freeze(mockGateway([webhookSecret], { url: api.url }));
  const calling = await createTestShop({ tracing: traces.tracing, gateways: [gateway] });
  const { payment } = await calling.createPendingOrder({ [await calling.createTestProduct()]: 1 });
  await calling.sendWebhook('AUTHORIZED', payment);
  paymentId = payment.id;
  await traces.inTrace(traceparent, async () => calling.commerce.capturePayment({ paymentId }));
  expect(await calling.commerce.callGateways()).toBe(1);
  const { headers } = only(api.requests);
  expect(traceIdOf(headers['traceparent'])).toBe(traceId);
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': `capture-${paymentId}` });
  const call = traces.spansOf(traceId).find(({ name }) => name === 'gateway capture');
  expect(call?.attributes['commerce.gateway.provider']).toBe('mock');
  const { rows } = await calling.database.pool.query<{ traceparent: string }>(
    `select traceparent from commerce.events where type = 'payment.captured'`,
  );
  expect(traceIdOf(first(rows).traceparent)).toBe(traceId);
  await calling.close();
});
