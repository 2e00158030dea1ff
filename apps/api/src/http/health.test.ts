import { createCommerce } from '@commerce-core/core';
import { afterEach, expect, test, vi } from 'vitest';
import { createApp } from './app.ts';
import { createLogger } from '../observability/log.ts';
import { createMetrics } from '../observability/metrics.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { refused } from '../testing/refused.ts';
import { until } from '../testing/until.ts';
import { openWire, type Wire } from '../testing/wire.ts';

let api: TestApi | undefined;
let wire: Wire | undefined;
afterEach(async () => {
  await api?.close();
  await wire?.cut();
  [api, wire] = [undefined, undefined];
});

const ask = async ({ fetch }: TestApi, path: string) => {
  const response = await fetch(path);
  return [response.status, await response.json()];
};
const ready = [200, { status: 'ready' }];
const notReady = (reason: string) => [503, { status: 'not_ready', reasons: [reason] }];

test('without its database the process lives, says so, refuses with Retry-After, and recovers by itself', async () => {
  api = await startTestApi({ via: async (url) => (wire = await openWire(url)).url });
  const productId = await api.product();
  const customer = await api.customer();
  const order = () => customer.order.create.mutate({ lines: [{ productId, quantity: 1 }] });
  await order();
  expect(await ask(api, '/readyz')).toEqual(ready);

  await wire!.cut();
  expect(await ask(api, '/readyz')).toEqual(notReady('database_unreachable'));
  expect(await ask(api, '/healthz')).toEqual([200, { status: 'ok' }]);
  expect(await refused(order())).toEqual({ status: 503, code: 'database_unavailable' });
  const listed = await api.fetch('/trpc/product.list');
  expect([listed.status, listed.headers.get('retry-after')]).toEqual([503, '1']);
  const keyed = await api.fetch('/trpc/product.list', { headers: { authorization: 'Bearer ck_any' } });
  expect([keyed.status, keyed.headers.get('retry-after')]).toEqual([503, '1']);
  const paid = await api.webhook({ type: 'AUTHORIZED', paymentId: productId, amount: 1, currency: 'KRW' });
  expect([paid.status, paid.body.error.code]).toEqual([503, 'database_unavailable']);
  expect(JSON.stringify(api.log())).toContain('database_unavailable');
  expect(JSON.stringify(api.log())).not.toContain('postgres://');

  await wire!.mend();
  await until(async () => (await ask(api!, '/readyz'))[0] === 200);
  await order();
  expect(await api.stock(productId)).toEqual([10, 2]);
});

test('a database that lacks a migration, or has another one, is not ready', async () => {
  api = await startTestApi();
  const { pool } = api.database;
  const {
    rows: [last],
  } = await pool.query(
    'delete from commerce.migrations where position = (select max(position) from commerce.migrations) returning *',
  );
  expect(await ask(api, '/readyz')).toEqual(notReady('migrations_pending'));
  await pool.query('insert into commerce.migrations (position, name, hash) values ($1, $2, $3)', [
    last.position,
    last.name,
    'edited',
  ]);
  expect(await ask(api, '/readyz')).toEqual(notReady('migrations_diverged'));
});

test('a look-up that is never answered is forgotten: the next one asks anew', async () => {
  api = await startTestApi();
  const never = vi.spyOn(api.database.pool, 'query').mockImplementation(() => new Promise(() => {}));
  expect(await Promise.all([ask(api, '/readyz'), ask(api, '/readyz')])).toEqual(
    Array.from({ length: 2 }, () => notReady('database_unreachable')),
  );
  expect(never).toHaveBeenCalledTimes(1);
  never.mockRestore();
  expect(await ask(api, '/readyz')).toEqual(ready);
});

test('a process that is about to end is alive, and not ready', async () => {
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
