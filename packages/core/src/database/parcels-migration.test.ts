import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '../ids.ts';
import { only } from '../testing/only.ts';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';
import { readMigrations } from './migrate.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

async function createReadyShipment(): Promise<string> {
  const productId = await shop.createTestProduct();
  const { orderId, payment } = await shop.createPendingOrder({ [productId]: 1 });
  await shop.sendWebhook('AUTHORIZED', payment);
  return only(await shop.commerce.listShipments({ orderId })).id;
}

async function dispatchNew(trackingNumber = newId()): Promise<string> {
  const shipmentId = await createReadyShipment();
  return (await shop.commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber })).id;
}

const readParcel = `
  select p.tracking, p.live, p.delivered_at = s.delivered_at as "sameTime", p.carrier = s.carrier as "sameCarrier",
    p.tracking_number = s.tracking_number as "sameNumber"
  from commerce.parcels p join commerce.shipments s on s.id = p.shipment_id where s.id = $1`;
const facts = { sameTime: null, sameCarrier: true, sameNumber: true };

test('each shipment that an older version dispatched gets a parcel; a number means the latest live one', async () => {
  const { commerce, database } = shop;
  const sent = await dispatchNew();
  const [moving, arrived, lost, returned] = [
    await dispatchNew(),
    await dispatchNew(),
    await dispatchNew(),
    await dispatchNew(),
  ];
  await commerce.markShipmentInTransit({ shipmentId: moving });
  await commerce.deliverShipment({ shipmentId: arrived });
  await commerce.markShipmentLost({ shipmentId: lost });
  await commerce.markShipmentReturned({ shipmentId: returned });
  const [older, latest] = [await dispatchNew(), await dispatchNew()];
  const ready = await createReadyShipment();
  // The tables as they were before the migrations of parcels and of their tracking, with a number that two shipments on
  // their way have.
  await database.pool.query(`
    drop trigger shipments_keep_parcels on commerce.shipments;
    drop function commerce.keep_parcels;
    drop table commerce.tracking_events, commerce.tracking_messages, commerce.parcels;
    delete from commerce.retention_rules where name in ('tracking_message_bodies', 'operator_sessions');
    update commerce.shipments set carrier = 'POST', tracking_number = 'twice 1', shipped_at = now()
      where id = '${latest}';
    update commerce.shipments set tracking_number = 'twice-1', shipped_at = now() - interval '1 minute'
      where id = '${older}'`);
  for (const ending of ['_parcels', '_tracking']) {
    const migration = readMigrations().find(({ name }) => name.endsWith(ending));
    await database.pool.query(`begin; ${migration?.statements.join(';')}; commit`);
  }
  const expected = {
    [sent]: { ...facts, tracking: 'LABEL', live: true },
    [moving]: { ...facts, tracking: 'MOVING', live: true },
    [arrived]: { ...facts, tracking: 'DELIVERED', live: false, sameTime: true },
    [lost]: { ...facts, tracking: 'LABEL', live: false },
    [returned]: { ...facts, tracking: 'LABEL', live: false },
    [older]: { ...facts, tracking: 'LABEL', live: false },
    [latest]: { ...facts, tracking: 'LABEL', live: true },
  };
  for (const [shipmentId, parcel] of Object.entries(expected))
    expect((await database.pool.query(readParcel, [shipmentId])).rows).toEqual([parcel]);
  expect((await database.pool.query(readParcel, [ready])).rows).toEqual([]);
  expect(await commerce.doctor()).toEqual([]);
  const due = await database.pool.query(
    'select count(*)::int as due from commerce.parcels where live and due_at <= now()',
  );
  expect(due.rows, 'parcels on their way are tracked from now on').toEqual([{ due: 3 }]);
  // The older one has the number that it was given, and can be corrected and delivered.
  await expect(commerce.deliverShipment({ shipmentId: older })).resolves.toMatchObject({ status: 'DELIVERED' });
});

test('a process of an older version, which knows no parcels, leaves shipments with the right parcels', async () => {
  const [ready, other] = [await createReadyShipment(), await createReadyShipment()];
  const client = await shop.database.pool.connect();
  const change = async (id: string, assignments: string) => {
    await client.query(`update commerce.shipments set updated_at = now(), ${assignments} where id = $1`, [id]);
    await client.query('set constraints all immediate; set constraints all deferred');
    return (await client.query(readParcel, [id])).rows;
  };
  const dispatch = async (id: string) =>
    change(id, `status = 'SHIPPED', carrier = 'Post', tracking_number = 'O-1', shipped_at = now()`);
  try {
    await client.query('begin');
    expect(await dispatch(ready)).toEqual([{ ...facts, tracking: 'LABEL', live: true }]);
    expect(await dispatch(other), 'the number is taken').toEqual([{ ...facts, tracking: 'LABEL', live: false }]);
    expect(await change(ready, `status = 'IN_TRANSIT'`)).toEqual([{ ...facts, tracking: 'LABEL', live: true }]);
    expect(await change(ready, `status = 'DELIVERED', delivered_at = now()`)).toEqual([
      { ...facts, tracking: 'DELIVERED', live: false, sameTime: true },
    ]);
    expect(await change(other, `status = 'DELIVERED', delivered_at = now()`)).toEqual([
      { ...facts, tracking: 'DELIVERED', live: false, sameTime: true },
    ]);
  } finally {
    await client.query('rollback');
    client.release();
  }
});
