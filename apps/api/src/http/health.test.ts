import { createCommerce } from '@commerce-core/core';
import { afterEach, expect, test, vi } from 'vitest';
import { createApp } from './app.ts';
import { createLogger } from '../observability/log.ts';
import { createMetrics } from '../observability/metrics.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { refusalFrom } from '../testing/refusal-from.ts';
import { until } from '../testing/until.ts';

let api: TestApi | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

const getJson = async ({ fetch }: TestApi, path: string) => {
  const response = await fetch(path);
  return [response.status, await response.json()];
};
const ready = [200, { status: 'ready' }];
const notReady = (reason: string) => [503, { status: 'not_ready', reasons: [reason] }];

test('without its database the API is not ready, refuses calls with Retry-After, and then recovers', async () => {
  api = await startTestApi({ throughProxy: true });
  const productId = await api.createProduct();
  const customer = await api.customerClient();
  const order = () => customer.order.create.mutate({ lines: [{ productId, quantity: 1 }] });
  await order();
  expect(await getJson(api, '/readyz')).toEqual(ready);

  await api.disconnectDatabase();
  expect(await getJson(api, '/readyz')).toEqual(notReady('database_unreachable'));
  expect(await getJson(api, '/healthz')).toEqual([200, { status: 'ok' }]);
  expect(await refusalFrom(order())).toEqual({ status: 503, code: 'database_unavailable' });
  const listed = await api.fetch('/trpc/product.list');
  expect([listed.status, listed.headers.get('retry-after')]).toEqual([503, '1']);
  const keyed = await api.fetch('/trpc/product.list', { headers: { authorization: 'Bearer ck_any' } });
  expect([keyed.status, keyed.headers.get('retry-after')]).toEqual([503, '1']);
  const paid = await api.sendWebhook({ type: 'AUTHORIZED', paymentId: productId, amount: 1, currency: 'KRW' });
  expect([paid.status, paid.body.error.code]).toEqual([503, 'database_unavailable']);
  expect(JSON.stringify(api.logLines())).toContain('database_unavailable');
  expect(JSON.stringify(api.logLines())).not.toContain('postgres://');

  await api.reconnectDatabase();
  const recovering = api;
  await until(async () => (await getJson(recovering, '/readyz'))[0] === 200);
  await order();
  expect(await api.readStock(productId)).toEqual([10, 2]);
});

test('a database that lacks a migration, or has a different one, makes the API not ready', async () => {
  api = await startTestApi();
  const { pool } = api.database;
  const {
    rows: [last],
  } = await pool.query(
    'delete from commerce.migrations where position = (select max(position) from commerce.migrations) returning *',
  );
  expect(await getJson(api, '/readyz')).toEqual(notReady('migrations_pending'));
  await pool.query('insert into commerce.migrations (position, name, hash) values ($1, $2, $3)', [
    last.position,
    last.name,
    'edited',
  ]);
  expect(await getJson(api, '/readyz')).toEqual(notReady('migrations_diverged'));
});

test('a readiness check that never ends is dropped, and the next request starts a new one', async () => {
  api = await startTestApi();
  const never = vi.spyOn(api.database.pool, 'query').mockReturnValue(new Promise(() => {}) as never);
  expect(await Promise.all([getJson(api, '/readyz'), getJson(api, '/readyz')])).toEqual(
    Array.from({ length: 2 }, () => notReady('database_unreachable')),
  );
  expect(never).toHaveBeenCalledTimes(1);
  never.mockRestore();
  expect(await getJson(api, '/readyz')).toEqual(ready);
});

test('a process that is shutting down is alive and not ready', async () => {
  api = await startTestApi();
  const { database } = api;
  const stopping = AbortSignal.abort();
  const log = createLogger('silent');
  const metrics = createMetrics();
  const app = createApp({ commerce: createCommerce({ database }), database, log, metrics, stopping });
  expect((await app.request('/healthz')).status).toBe(200);
  const response = await app.request('/readyz');
  expect([response.status, await response.json()]).toEqual(notReady('stopping'));
  expect(response.headers.get('connection')).toBe('close');
});
