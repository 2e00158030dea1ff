import { connect, createCommerce, mockGateway, type Commerce } from '@commerce-core/core';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paymentId, productId } from '../setup/ids.ts';
import { runDoctor, startBenchServer, type BenchDatabase, type BenchServer } from '../setup/server.ts';

const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
const tables = [
  'orders',
  'order_lines',
  'events',
  'idempotency_keys',
  'stocks',
  'payments',
  'gateway_events',
  'stock_movements',
  'shipments',
  'shipment_lines',
  'products',
  'refunds',
];

let server: BenchServer;
let ours: BenchDatabase;
let baseline: BenchDatabase;
let commerce: Commerce;
let close: () => Promise<void>;

beforeAll(async () => {
  server = await startBenchServer();
  const seed = { products: 5, orders: 10, waiting: 2 };
  ours = await server.createDatabase('ours', seed);
  baseline = await server.createDatabase('baseline', seed);
  const database = connect({ url: ours.url });
  commerce = createCommerce({ database, gateways: [mockGateway([secret])] });
  close = () => database.close();
});

afterAll(async () => {
  await close();
  await server.stop();
});

/** Returns the rows of each table. Generated ids and times are replaced by fixed words. */
async function contentOf(database: BenchDatabase): Promise<Record<string, string[]>> {
  const content: Record<string, string[]> = {};
  for (const table of tables) {
    const rows = await database.query<{ row: object }>(`select to_jsonb(t) as row from commerce.${table} t`);
    content[table] = rows.map(({ row }) => masked(row)).toSorted();
  }
  return content;
}

const uuid = /[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g;
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)/g;

function masked(row: object): string {
  const { xid: _xid, fingerprint: _fingerprint, ...rest } = row as Record<string, unknown>;
  const sorted = JSON.stringify(rest, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return sorted
    .replaceAll(uuid, (id) => (id.startsWith('019') && id.slice(9, 13) === '0000' ? id : 'generated'))
    .replaceAll(time, 'time');
}

test('an order of the baseline writes the same rows as an order of the core, in each table', async () => {
  const lines = [
    { productId: productId(2), quantity: 3 },
    { productId: productId(4), quantity: 1 },
  ];
  const idempotency = { scope: 'customer:kim', key: 'a-key-of-a-call' };
  await commerce.placeOrder({ customerId: 'kim', lines }, { idempotency });
  await baseline.query('select bench.place_order($1, $2, $3, $4)', [
    'kim',
    'a-key-of-a-call',
    lines.map((line) => line.productId),
    lines.map(({ quantity }) => quantity),
  ]);
  expect(await contentOf(baseline)).toEqual(await contentOf(ours));
});

test('the baseline places one order for a repeated idempotency key', async () => {
  const place = async () =>
    baseline.query('select bench.place_order($1, $2, $3, $4)', ['kim', 'twice', [productId(1)], [1]]);
  expect(await place()).toEqual(await place());
  await commerce.placeOrder(
    { customerId: 'kim', lines: [{ productId: productId(1), quantity: 1 }] },
    { idempotency: { scope: 'customer:kim', key: 'twice' } },
  );
  expect(await contentOf(baseline)).toEqual(await contentOf(ours));
});

test('the baseline rejects an order without enough stock', async () => {
  const placing = baseline.query('select bench.place_order($1, $2, $3, $4)', [
    'kim',
    'too-many',
    [productId(1)],
    [2_000_000_000],
  ]);
  await expect(placing).rejects.toThrow('insufficient stock');
});

test('a webhook of the baseline writes the same rows as a webhook of the core, in each table', async () => {
  const body = JSON.stringify({ type: 'AUTHORIZED', paymentId: paymentId(1), amount: 2_000, currency: 'EUR' });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.slice(6), 'base64');
  const signature = createHmac('sha256', key).update(`evt-1.${timestamp}.${body}`).digest('base64');
  const headers: Record<string, string> = {
    'webhook-id': 'evt-1',
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  const [received] = await commerce.receiveWebhook('mock', {
    rawBody: Buffer.from(body),
    header: (name) => headers[name],
  });
  expect(received).toMatchObject({ outcome: 'APPLIED', effect: 'order_paid' });
  const taken = await baseline.query("select bench.take_payment('evt-1', $1, 2000, 'EUR', $2) as outcome", [
    paymentId(1),
    Buffer.from(body),
  ]);
  expect(taken).toEqual([{ outcome: 'APPLIED' }]);
  expect(await contentOf(baseline)).toEqual(await contentOf(ours));
});

test('the doctor finds no violation in either database', async () => {
  expect(await runDoctor(ours)).toEqual([]);
  expect(await runDoctor(baseline)).toEqual([]);
});
