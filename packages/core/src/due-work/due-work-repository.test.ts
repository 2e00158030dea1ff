import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failingWebhooks } from '../testing/populated/webhooks.ts';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';
import { readDueWork, type DueWorkOptions } from './due-work-repository.ts';

const hourMs = 60 * 60_000;
const options: DueWorkOptions = {
  providers: ['mock', 'other'],
  listing: [],
  pollAfterMs: hourMs,
  payableAfterCancelMs: 24 * hourMs,
  sinks: [],
  trackingProviders: [],
};
const nothing = {
  overdueOrders: false,
  dueCredits: false,
  overdueCaptures: false,
  dueEvents: false,
  calledProviders: [],
  stalePayments: false,
  dueLists: false,
  dueRetention: false,
  dueEndpoints: false,
  failingEndpoints: false,
  dueTrackingMessages: false,
  trackingProviders: [],
};

describe('a look for due rows', () => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await createTestShop({ webhooks: failingWebhooks });
    // A rule of retention is due at first.
    await shop.commerce.applyRetention();
  });
  afterAll(() => shop.close());

  const look = async (over: Partial<DueWorkOptions> = {}) => {
    const {
      calledProviders,
      newEvents: _,
      newReports: ___,
      dueSinks: __,
      ...due
    } = await readDueWork(shop.database, { ...options, ...over });
    return {
      ...nothing,
      ...Object.fromEntries(Object.entries(due).map(([name, is]) => [name, is ?? false])),
      calledProviders,
    };
  };
  const query = async (text: string, values: unknown[] = []) => shop.database.pool.query(text, values);
  const createAttempt = async () => shop.createPendingOrder({ [await shop.createTestProduct()]: 1 });

  test('finds nothing in an empty shop', async () => {
    expect(await look()).toEqual(nothing);
  });

  test('finds events that have no position, also those of a transaction that ran at the last turn', async () => {
    const newEvents = async () => (await readDueWork(shop.database, options)).newEvents;
    await shop.commerce.numberEvents();
    expect(await newEvents()).toBe(false);
    await shop.createTestProduct();
    expect(await newEvents()).toBe(true);
    const client = await shop.database.pool.connect();
    try {
      await client.query('begin');
      await client.query(
        `with product as (insert into commerce.products (id, sku, name, price_amount, currency, version, created_at,
          updated_at)
           values (gen_random_uuid(), 'late', 'Late', 1, 'KRW', 1, now(), now()) returning id),
           stock as (insert into commerce.stocks (product_id, available_qty, reserved_qty) select id, 0, 0 from product)
         insert into commerce.events (id, aggregatetype, aggregateid, version, type, payload, created_at)
         select gen_random_uuid(), 'product', id, 1, 'product.created',
           jsonb_build_object('productId', id, 'sku', 'late', 'name', 'Late', 'priceAmount', 1, 'currency', 'KRW'),
             now()
         from product`,
      );
      expect(await shop.commerce.numberEvents()).toBe(2);
      expect(await newEvents()).toBe(false);
      await client.query('commit');
    } finally {
      client.release();
    }
    expect(await newEvents()).toBe(true);
    expect(await shop.commerce.numberEvents()).toBe(1);
    expect(await newEvents()).toBe(false);
  });

  test('finds sinks that never ran, that lack events, and that a restored log has overtaken', async () => {
    const dueSinks = async () => (await readDueWork(shop.database, { ...options, sinks: ['a', 'b'] })).dueSinks;
    await shop.createTestProduct();
    await shop.commerce.numberEvents();
    expect(await dueSinks()).toEqual(['a', 'b']);
    await query(`insert into commerce.event_sinks (name, epoch, position, claim, attempts, due_at)
      select given.name, 1, max(position), 0, 0, now() from commerce.event_positions,
        unnest(array['a', 'b', 'other']) given (name)
      group by 1`);
    expect(await dueSinks()).toEqual([]);
    await query(`update commerce.event_sinks set position = position - 1 where name in ('a', 'other')`);
    await query(`update commerce.event_sinks set position = position + 1 where name = 'b'`);
    expect(await dueSinks()).toEqual(['a', 'b']);
    await query(`update commerce.event_sinks set due_at = now() + interval '1 minute' where name = 'a'`);
    expect(await dueSinks()).toEqual(['b']);
  });

  test('finds an unpaid order whose reservation has ended', async () => {
    const order = await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
    expect(await look()).toEqual(nothing);
    await query(`update commerce.orders set hold_until = now() where id = $1`, [order.id]);
    expect(await look()).toEqual({ ...nothing, overdueOrders: true });
    expect(await shop.commerce.expireOrders()).toBe(1);
    expect(await look()).toEqual(nothing);
  });

  test('finds an authorization that an operator must be warned about', async () => {
    const { payment } = await createAttempt();
    await shop.sendWebhook('AUTHORIZED', payment);
    await query(`update commerce.payments set lapse_warning_at = now() + interval '1 hour' where id = $1`, [
      payment.id,
    ]);
    expect(await look()).toEqual(nothing);
    await query(`update commerce.payments set capture_overdue_at = now() - interval '1 second' where id = $1`, [
      payment.id,
    ]);
    expect(await look()).toEqual({ ...nothing, overdueCaptures: true });
    expect(await shop.commerce.warnAboutCaptures()).toBe(1);
    expect(await look()).toEqual(nothing);
  });

  test('finds a gateway event that is due for another attempt', async () => {
    const unknown = { id: '00000000-0000-4000-8000-000000000000', amount: 1, currency: 'KRW' };
    await shop.sendWebhook('CAPTURED', unknown);
    expect(await look()).toEqual(nothing);
    await query(`update commerce.gateway_events set due_at = now() - interval '1 second' where due_at is not null`);
    expect(await look()).toEqual({ ...nothing, dueEvents: true });
    expect(await shop.commerce.retryGatewayEvents()).toBe(1);
    expect(await look()).toEqual(nothing);
  });

  test('finds the providers that have a due call', async () => {
    const { orderId } = await createAttempt();
    await shop.commerce.cancelOrder({ orderId });
    expect(await look()).toMatchObject({ calledProviders: ['mock'] });
    expect(await shop.commerce.callGateways(32, 'mock')).toBe(1);
    expect(await look()).toMatchObject({ calledProviders: [] });
    await query('update commerce.payments set created_at = created_at - $1::interval', ['2 days']);
    expect(await look()).toEqual(nothing);
  });

  test('finds payments and refunds that may have to be polled', async () => {
    const { orderId, payment } = await createAttempt();
    expect(await look()).toEqual(nothing);
    expect(await look({ pollAfterMs: 0 })).toEqual({ ...nothing, stalePayments: true });
    await shop.sendWebhook('CAPTURED', payment);
    expect(await look({ pollAfterMs: 0 })).toEqual(nothing);
    await shop.commerce.cancelOrder({ orderId });
    expect(await look()).toMatchObject({ stalePayments: true });
    await shop.commerce.callGateways();
    expect(await look()).toEqual(nothing);

    const canceled = await createAttempt();
    await shop.commerce.cancelOrder({ orderId: canceled.orderId });
    await shop.commerce.callGateways();
    expect(await look()).toEqual({ ...nothing, stalePayments: true });
    expect(await look({ payableAfterCancelMs: 0 })).toEqual(nothing);
    await query(`update commerce.payments set created_at = created_at - interval '2 days'`);
  });

  test('finds event lists that are due, and those that were never read', async () => {
    expect(await look({ listing: ['mock'] })).toEqual({ ...nothing, dueLists: true });
    await query(`insert into commerce.gateway_listings values ('mock', now(), 0, now() + interval '1 hour')`);
    expect(await look({ listing: ['mock'] })).toEqual(nothing);
    expect(await look({ listing: ['mock', 'other'] })).toEqual({ ...nothing, dueLists: true });
    await query(`update commerce.gateway_listings set due_at = now() - interval '1 second'`);
    expect(await look({ listing: ['mock'] })).toEqual({ ...nothing, dueLists: true });
    expect(await look({ listing: [] })).toEqual(nothing);
  });

  test('finds webhook endpoints that have events to deliver, and those that must be reported', async () => {
    const url = 'https://merchant.example/';
    const { id: endpointId } = await shop.commerce.createWebhookEndpoint({ url });
    await shop.commerce.numberEvents();
    await shop.commerce.rewindWebhookEndpoint({ endpointId, to: '0' });
    expect(await look()).toEqual({ ...nothing, dueEndpoints: true });
    await query('update commerce.webhook_endpoints set leased_until = now() + interval $$1 hour$$');
    expect(await look()).toEqual(nothing);
    await query('update commerce.webhook_endpoints set leased_until = now() - interval $$1 second$$');
    expect(await look()).toEqual({ ...nothing, dueEndpoints: true });
    await query(`update commerce.webhook_endpoints set failing_since = now() - interval '59 minutes'`);
    expect(await look()).toMatchObject({ failingEndpoints: false });
    await query(`update commerce.webhook_endpoints set failing_since = now() - interval '61 minutes'`);
    expect(await look()).toMatchObject({ failingEndpoints: true });
    expect(await shop.commerce.reportFailingEndpoints()).toBe(1);
    await shop.commerce.pauseWebhookEndpoint({ endpointId });
    expect(await look()).toEqual(nothing);
  });

  test('finds rules of retention that are due', async () => {
    expect(await look()).toEqual(nothing);
    await query(
      `update commerce.retention_rules set due_at = now() - interval '1 second' where name = 'idempotency_keys'`,
    );
    expect(await look()).toEqual({ ...nothing, dueRetention: true });
    await shop.commerce.applyRetention();
    expect(await look()).toEqual(nothing);
  });
});
