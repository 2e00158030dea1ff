import { connect } from '../../database/connect.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce } from '../../commerce.ts';
import { migrate } from '../../database/migrate.ts';
import { newId } from '../../ids.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';
import { createPopulatedShop } from '../../testing/populated/shop.ts';
import { runDoctor, type Violation } from './run-doctor.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createPopulatedShop();
});
afterAll(() => shop.close());

/** Every state that the flows can reach, so that every check runs on rows in all of them. */
const reached = {
  'orders.status': ['CANCELED', 'CREATED', 'EXPIRED', 'PAID', 'PAYMENT_FAILED', 'PAYMENT_PENDING'],
  'orders.fulfillment_status': [
    'DELIVERED',
    'PARTIALLY_RETURNED',
    'PARTIALLY_SHIPPED',
    'RETURNED',
    'SHIPPED',
    'UNFULFILLED',
  ],
  'orders.needs_attention': [
    'amount_mismatch',
    'delivery_problem',
    'dispute',
    'event_conflict',
    'parcel_problem',
    'refund_due',
    'refund_failed',
    'refunded_at_gateway',
    'return_refund_due',
  ],
  'payments.status': ['AUTHORIZED', 'CANCELED', 'CAPTURED', 'CREATED', 'FAILED', 'PENDING', 'REVIEW'],
  'refunds.reason': ['amount_mismatch', 'gateway', 'order_canceled', 'requested', 'surplus'],
  'refunds.status': ['FAILED', 'REQUESTED', 'SUCCEEDED'],
  'gateway_calls.kind': ['CANCEL', 'CAPTURE', 'REFUND'],
  'disputes.status': ['LOST', 'WON'],
  'shipments.status': ['CANCELED', 'DELIVERED', 'IN_TRANSIT', 'LOST', 'READY', 'RETURNED', 'SHIPPED'],
  'parcels.tracking': ['DELIVERED', 'LABEL', 'MOVING', 'PROBLEM'],
  'returns.status': ['APPROVED', 'CANCELED', 'CLOSED', 'DECLINED', 'RECEIVED', 'REQUESTED'],
  'return_credits.status': ['RELEASED', 'RESERVED', 'SPENT'],
  'tracking_events.effect': ['moved', 'recorded'],
  'tracking_messages.outcome': ['APPLIED', 'CONFLICT', 'UNMATCHED'],
  'stock_movements.kind': ['ADJUSTED', 'RECEIVED', 'REPLACED', 'RESTOCKED', 'RETURNED', 'SOLD'],
  'gateway_events.outcome': ['APPLIED', 'CONFLICT', 'IGNORED_STALE', 'PARKED', 'UNMATCHED'],
  'gateway_events.effect': [
    'already_approved',
    'already_failed',
    'already_refunded',
    'amount_mismatch',
    'approved_before',
    'canceled_before',
    'dispute_closed',
    'dispute_opened',
    'order_paid',
    'payment_captured',
    'payment_failed',
    'payment_in_review',
    'payment_pending',
    'payment_voided',
    'refund_failed',
    'refund_recorded',
    'refund_succeeded',
    'surplus',
    'under_review',
  ],
};

test('orders in every state that the flows can reach break no invariant', async () => {
  for (const [place, states] of Object.entries(reached)) {
    const [table, column] = place.split('.');
    const { rows } = await shop.database.pool.query(`
      select array_agg(distinct ${column} order by ${column}) as states
      from commerce.${table} where ${column} is not null`);
    expect(rows[0].states, place).toEqual(states);
  }
  expect(await shop.commerce.doctor()).toEqual([]);
});

test('a violation has the number of rows that break the invariant, and up to 10 of them', async () => {
  const broken = await createTestShop();
  try {
    const product = await broken.createTestProduct({ quantity: 100 });
    const orders = await Promise.all(Array.from({ length: 12 }, () => broken.createTestOrder({ [product]: 1 })));
    await broken.database.pool.query('update commerce.orders set total_amount = total_amount + 1');
    const violations = await broken.commerce.doctor();
    expect(violations.map(({ name, count }) => [name, count])).toEqual([
      ['order_total_is_sum_of_lines', 12],
      ['order_is_as_first_recorded', 12],
    ]);
    const [{ examples, sentence }] = violations as [(typeof violations)[0]];
    expect(sentence).toBe("An order has at least one product line, and its total is the sum of its lines' amounts.");
    expect(examples).toHaveLength(10);
    expect(examples[0]).toEqual({ orderId: expect.any(String), totalAmount: 1001, linesAmount: 1000, productLines: 1 });
    expect(orders.map(({ id }) => id)).toContain(examples[0]!['orderId']);
  } finally {
    await broken.database.drop();
  }
});

test('orders that change while the doctor runs cause no false alarm', async () => {
  const live = await createTestShop({ connect: { poolMax: 12 } });
  try {
    const products = await Promise.all(
      Array.from({ length: 3 }, () => live.createTestProduct({ quantity: 1_000_000 })),
    );
    let open = true;
    let turns = 0;
    const shopper = async (mine: number) => {
      while (open) {
        const turn = turns++ % 4;
        const [some, others] = [products[mine % 3]!, products[(mine + 1) % 3]!];
        const { orderId, payment } = await live.createPendingOrder({ [some]: 1 + (mine % 2), [others]: 1 });
        await live.sendWebhook(turn === 0 ? 'FAILED' : 'AUTHORIZED', payment);
        if (turn === 1) await live.commerce.cancelOrder({ orderId });
        if (turn === 2) {
          const [parcel] = await live.commerce.listShipments({ orderId });
          const label = { carrier: 'Pigeon Post', trackingNumber: parcel!.id };
          await live.commerce.dispatchShipment({ shipmentId: parcel!.id, ...label });
        }
        await live.commerce.receiveStock({ productId: some, quantity: 1 });
      }
    };
    const shoppers = Promise.all(Array.from({ length: 6 }, (_, mine) => shopper(mine)));
    const alarms: Violation[] = [];
    const look = async () => {
      for (let looks = 0; looks < 10 || turns < 60; looks += 1) alarms.push(...(await live.commerce.doctor()));
      open = false;
    };
    await Promise.all([look(), shoppers]);
    expect(alarms).toEqual([]);
  } finally {
    await live.close();
  }
});

test('all checks run on one snapshot: the next run finds what breaks meanwhile', async () => {
  const watched = await createTestShop();
  const { pool } = watched.database;
  const locker = await pool.connect();
  try {
    await watched.sendWebhook('AUTHORIZED', { id: newId(), amount: 1, currency: 'KRW' });
    await locker.query('begin; lock table commerce.refunds');
    const running = watched.commerce.doctor();
    const waiting = `
      select 1 from pg_stat_activity
      where wait_event_type = 'Lock' and query like '%refunds%' and datname = current_database()`;
    await expect.poll(async () => (await pool.query(waiting)).rowCount).toBe(1);
    await pool.query(`update commerce.gateway_events set due_at = now() - interval '2 hours'`);
    await locker.query('rollback');
    expect(await running).toEqual([]);
    expect((await watched.commerce.doctor()).map(({ name }) => name)).toEqual(['inbox_nothing_overdue']);
  } finally {
    locker.release();
    await watched.database.drop();
  }
});

test('the doctor checks the schema that `connect` names', async () => {
  const database = connect({ url: shop.database.url, schema: 'another_shop' });
  try {
    await migrate(database);
    await createCommerce({ database }).createProduct({ sku: 'A', name: 'A thing', priceAmount: 1, currency: 'KRW' });
    await database.pool.query('delete from another_shop.stocks');
    expect((await runDoctor(database)).map(({ name }) => name)).toEqual(['stock_row_per_product']);
  } finally {
    await database.close();
  }
});

test('a doctor that runs out of time names the check and leaves its connection usable', async () => {
  const database = connect({ url: shop.database.url, poolMax: 1 });
  const locker = await shop.database.pool.connect();
  try {
    await locker.query('begin; lock table commerce.stocks');
    const running = runDoctor(database, { withinMs: 100 });
    await expect(running).rejects.toThrow('the doctor ran out of time at the check stock_row_per_product');
    await locker.query('rollback');
    expect(await runDoctor(database)).toEqual([]);
  } finally {
    locker.release();
    await database.close();
  }
});
