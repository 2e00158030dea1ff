import { afterAll, beforeAll, expect, test } from 'vitest';
import { DocumentCheck, readDocument } from '../testing/checked-answers.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';

const check = new DocumentCheck();

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

test('GET /openapi.json returns the document to everyone, also to pages of any origin', async () => {
  const response = await api.fetch('/openapi.json');
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  expect(await response.json()).toEqual(readDocument());
});

test('a client that has the document gets a 304', async () => {
  const etag = (await api.fetch('/openapi.json')).headers.get('etag') ?? '';
  const response = await api.fetch('/openapi.json', { headers: { 'if-none-match': etag } });
  expect([response.status, await response.text()]).toEqual([304, '']);
});

test('the webhook routes answer as the document says', async () => {
  const order = { customerId: 'c', lines: [{ productId: await api.createProduct(), quantity: 1 }] };
  const { id: orderId } = await api.commerce.placeOrder(order);
  const { id: paymentId, amount, currency } = await api.commerce.createPayment({ orderId, provider: 'mock' });
  const payments = '/api/v1/payments/webhooks/';
  const paid = await api.sendWebhook({ type: 'CAPTURED', paymentId, amount, currency });
  const tracked = await api.sendTracking({ reports: [] });
  const answers = [
    [`${payments}{provider}`, paid.status, paid.body],
    ['/api/v1/shipments/webhooks/{provider}', tracked.status, tracked.body],
    ...(await Promise.all(
      ['mock', 'nothing'].map(async (provider) => {
        const response = await api.fetch(`${payments}${provider}`, { method: 'POST', body: '{}' });
        return [`${payments}{provider}`, response.status, await response.json()] as const;
      }),
    )),
  ] as const;
  expect(answers.map(([, status]) => status)).toEqual([200, expect.toBeOneOf([200, 400]), 400, 404]);
  for (const [path, status, body] of answers) expect(check.response(path, status, body)).toBe('');
});
