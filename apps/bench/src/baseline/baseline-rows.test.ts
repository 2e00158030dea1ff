import { connect, createCommerce, mockGateway, type Commerce } from '@commerce-core/core';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { paymentId, productId } from '../setup/ids.ts';
import { runDoctor, startBenchServer, type BenchDatabase, type BenchServer } from '../setup/server.ts';

const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;

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
  const tables = await database.query<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'commerce'",
  );
  for (const { name: table } of tables) {
    const rows = await database.query<{ row: object }>(`select to_jsonb(t) as row from commerce.${table} t`);
    content[table] = rows.map(({ row }) => masked(row)).toSorted();
  }
  return content;
}

const uuid = /[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g;
const number = /"number":"[^"]+"/g;
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)/g;

function masked(row: object): string {
  const { xid: _xid, fingerprint: _fingerprint, ...rest } = row as Record<string, unknown>;
  // A webhook's body contains the payment's id, which PostgreSQL shows in hexadecimal.
  const body = rest['raw_body'];
  if (typeof body === 'string') rest['raw_body'] = Buffer.from(body.slice(2), 'hex').toString();
  const sorted = JSON.stringify(rest, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return sorted
    .replaceAll(uuid, (id) => (id.startsWith('019') && id.slice(9, 13) === '0000' ? id : 'generated'))
    .replaceAll(time, 'time')
    .replaceAll(number, '"number":"generated"');
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

type Paid = { eventId: string; type: 'AUTHORIZED' | 'CAPTURED'; id: string; amount: number };

const bodyOf = ({ type, id, amount }: Paid) => JSON.stringify({ type, paymentId: id, amount, currency: 'EUR' });

/** Sends the mock gateway's signed webhook to the core. */
async function receiveWebhook(paid: Paid) {
  const body = bodyOf(paid);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(secret.slice(6), 'base64');
  const signature = createHmac('sha256', key).update(`${paid.eventId}.${timestamp}.${body}`).digest('base64');
  const headers: Record<string, string> = {
    'webhook-id': paid.eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return commerce.receiveWebhook('mock', { rawBody: Buffer.from(body), header: (name) => headers[name] });
}

const takePayment = async (paid: Paid) =>
  baseline.query("select bench.take_payment($1, $2, $3, $4, 'EUR', $5) as outcome", [
    paid.eventId,
    paid.type,
    paid.id,
    paid.amount,
    Buffer.from(bodyOf(paid)),
  ]);

test('a webhook of the baseline writes the same rows as a webhook of the core, in each table', async () => {
  const paid: Paid = { eventId: 'evt-1', type: 'AUTHORIZED', id: paymentId(1), amount: 2_000 };
  expect(await receiveWebhook(paid)).toMatchObject([{ outcome: 'APPLIED', effect: 'order_paid' }]);
  expect(await takePayment(paid)).toEqual([{ outcome: 'APPLIED' }]);
  expect(await contentOf(baseline)).toEqual(await contentOf(ours));
});

test('each call of a whole flow of the baseline writes the same rows as the core, in each table', async () => {
  const [products, quantities] = [
    [productId(1), productId(3)],
    [2, 3],
  ];
  const lines = products.map((id, index) => ({ productId: id, quantity: quantities[index] ?? 0 }));
  const key = (name: string) => ({ idempotency: { scope: 'customer:lee', key: name } });
  const answerOf = async (call: string, values: unknown[]) => {
    // Both functions return the answer that the core stores with the key.
    const [row] = await baseline.query<{ answer: { value: { id: string } } }>(`select ${call} as answer`, values);
    return row?.answer.value.id ?? '';
  };

  const order = await commerce.placeOrder({ customerId: 'lee', lines }, key('an-order'));
  const orderId = await answerOf('bench.place_order($1, $2, $3, $4)', ['lee', 'an-order', products, quantities]);
  expect(await contentOf(baseline)).toEqual(await contentOf(ours));

  const request = { orderId: order.id, provider: 'mock', customerId: 'lee' };
  const payment = await commerce.createPayment(request, key('a-payment'));
  const id = await answerOf('bench.create_payment($1, $2, $3)', ['lee', 'a-payment', orderId]);
  expect(await contentOf(baseline)).toEqual(await contentOf(ours));

  const captured = { eventId: 'evt-captured', type: 'CAPTURED', amount: 5_000 } as const;
  const received = await receiveWebhook({ ...captured, id: payment.id });
  expect(received).toMatchObject([{ outcome: 'APPLIED', effect: 'order_paid' }]);
  expect(await takePayment({ ...captured, id })).toEqual([{ outcome: 'APPLIED' }]);
  expect(await contentOf(baseline)).toEqual(await contentOf(ours));
});

test('the baseline creates one payment for a repeated key, and none for a paid order', async () => {
  const [row] = await baseline.query<{ answer: { value: { id: string } } }>(
    "select bench.place_order('lee', 'another-order', $1, $2) as answer",
    [[productId(1)], [1]],
  );
  const create = async (key: string) =>
    baseline.query("select bench.create_payment('lee', $1, $2)", [key, row?.answer.value.id]);
  expect(await create('a-key')).toEqual(await create('a-key'));
  await expect(create('another-key')).rejects.toThrow('can not be paid');
});

test('the doctor finds no violation in either database', async () => {
  expect(await runDoctor(ours)).toEqual([]);
  expect(await runDoctor(baseline)).toEqual([]);
});
