import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPendingOrder } from './testing/create-pending-order.ts';
import { startTestApi, until, type TestApi } from './testing/index.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

test('a stream that an internal error ends tells its client no internals, and the log what it was', async () => {
  const { orderId } = await createPendingOrder(api, await api.customerClient());
  await api.database.pool.query('alter table commerce.order_lines rename to moved_lines');
  const response = await api.fetch(`/trpc/order.watch?input=${encodeURIComponent(JSON.stringify({ orderId }))}`, {
    headers: { authorization: `Bearer ${await api.createApiKey('orders')}`, 'x-request-id': 'broken' },
  });
  const told = await response.text();
  expect(told).toContain('event: serialized-error');
  expect(told).toContain('internal_error');
  expect(told).not.toMatch(/order_lines|relation/);
  const line = await until(() =>
    api.logLines().find((one) => one['msg'] === 'stream' && one['requestId'] === 'broken'),
  );
  expect(line).toMatchObject({ level: 'error', procedures: ['order.watch'], codes: ['internal_error'] });
  expect(line).toMatchObject({ err: { cause: { code: '42P01' } } });
});
