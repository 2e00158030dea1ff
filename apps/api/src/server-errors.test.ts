import { connect } from '@commerce-core/core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { present, startTestApi, type TestApi } from './testing/index.ts';
import { until } from './testing/until.ts';

let api: TestApi;
let productId: string;
let token: string;
/** The sizes of the batches of orders that failed. */
let failedBatches: number[] = [];
beforeAll(async () => {
  const onBatch = ({ queue, commands, failed }: { queue: string; commands: number; failed: boolean }) => {
    if (failed && queue === 'order.create') failedBatches.push(commands);
  };
  api = await startTestApi({ throughProxy: true, batching: { onBatch } });
  [productId, token] = [await api.createProduct({ quantity: 1_000 }), await api.customerToken('c')];
  await api.database.pool.query(`create function fail() returns trigger language plpgsql as
    $$ begin raise exception using errcode = tg_argv[0]; end $$`);
});
afterAll(() => api?.close());
beforeEach(() => {
  failedBatches = [];
});

const databaseName = () => new URL(api.databaseUrl).pathname.slice(1);

/** Changes the server and breaks the API's connections, because a setting of the database holds for new ones only. */
async function change(sql: string): Promise<void> {
  const admin = connect({ url: api.databaseUrl });
  await admin.pool.query('set default_transaction_read_only = off');
  await admin.pool.query(sql);
  await admin.close();
  await api.disconnectDatabase();
  await api.reconnectDatabase();
  await until(async () => api.database.pool.query('select 1').catch(() => undefined));
}

const statusOf = async (response: Promise<Response>) => {
  const { status, headers } = await response;
  return `${status} ${headers.get('retry-after')}`;
};
const placeOrder = async () =>
  statusOf(
    api.fetch('/trpc/order.create', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ lines: [{ productId, quantity: 1 }] }),
    }),
  );

const setting = (assignment: string) => () => [
  `alter database "${databaseName()}" set ${assignment}`,
  `alter database "${databaseName()}" reset ${assignment.split(' ')[0]}`,
];
const failure = (state: string) => () => [
  `create trigger fail before insert on commerce.orders for each statement execute function fail('${state}')`,
  'drop trigger fail on commerce.orders',
];

const readOnly = setting('default_transaction_read_only = on');
const states = ['53100', '53200', '57014', '58030', '42501'];

describe.each([
  ['is read-only', readOnly] as const,
  ...states.map((state) => [`fails with ${state}`, failure(state)] as const),
])('while PostgreSQL %s,', (_, changes) => {
  beforeAll(() => change(present(changes()[0])));
  afterAll(() => change(present(changes()[1])));

  test('every order gets a 503 with Retry-After, and no batch is split', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, async () => placeOrder()));
    expect(new Set(all)).toEqual(new Set(['503 1']));
    expect(failedBatches.reduce((sum, size) => sum + size, 0)).toBe(20);
  });
});

describe.each([
  ['is read-only', readOnly],
  // The setting stands for a full disk: no temporary file can be written.
  ['can write no file', setting('temp_file_limit = 0')],
])('while PostgreSQL %s,', (_, changes) => {
  beforeAll(() => change(present(changes()[0])));
  afterAll(() => change(present(changes()[1])));

  test('/readyz returns 503 with the reason database_not_writable', async () => {
    const response = await api.fetch('/readyz');
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'not_ready', reasons: ['database_not_writable'] },
    ]);
  });
});

test('when PostgreSQL can write again, the API is ready and takes orders', async () => {
  expect((await api.fetch('/readyz')).status).toBe(200);
  expect(await placeOrder()).toBe('200 null');
});
