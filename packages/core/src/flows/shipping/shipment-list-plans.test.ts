import { drizzle } from 'drizzle-orm/node-postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ShipmentFilter } from '../../shipping/shipment-input.ts';
import { shipmentStages, shipmentStatuses } from '../../shipping/shipment.ts';
import { shipmentKey } from '../../shipping/shipment-repository.ts';
import { explainAsPlanned } from '../../testing/explain.ts';
import { addLongLists } from '../../testing/rows/long-lists.ts';
import { present } from '../../testing/only.ts';
import { openTestDatabase, type TestDatabase } from '../../testing/test-database.ts';
import { listShipmentViews } from '../order/read-orders.ts';
import { findShipments } from './find-shipments.ts';
import { readPackingSlips } from './read-packing-slips.ts';

const limit = 51;
// A page of shipments with their lines and parcels, and the orders of each, take a few pages of an index a row.
const pagesMax = 4_000;

let database: TestDatabase;
const statements: { query: string; params: unknown[] }[] = [];
const db = () =>
  drizzle(database.pool, { logger: { logQuery: (query, params) => statements.push({ query, params }) } });

beforeAll(async () => {
  database = await openTestDatabase();
  await addLongLists(database, 60_000);
  await database.pool.query(`update commerce.parcels set troubled = true where live and id::text like '%7'`);
  await database.pool.query(
    `insert into commerce.order_notes (id, order_id, text, created_at)
      select gen_random_uuid(), id, 'a note', now() from commerce.orders`,
  );
  await database.pool.query('analyze commerce.parcels, commerce.order_notes');
}, 240_000);
afterAll(() => database.drop());

/** What a query's statements do that a shop with many shipments can't afford. */
async function problemsOf(query: () => Promise<unknown>): Promise<string[]> {
  statements.length = 0;
  await query();
  const problems: string[] = [];
  let pages = 0;
  for (const { query: text, params } of statements) {
    const plan = await explainAsPlanned(database, text, params);
    if (plan.nodes.some((node) => node['Node Type'] === 'Seq Scan')) problems.push(`scans a table: ${text}`);
    pages += plan.pages;
  }
  if (pages > pagesMax) problems.push(`reads ${pages} pages`);
  return problems;
}

const anyId = '0199d3c4-8a2c-7c11-8f3e-5b7d9e1f2a34';

const filters: ShipmentFilter[] = [
  {},
  ...shipmentStatuses.map((status) => ({ status })),
  ...shipmentStages.map((stage) => ({ stage })),
];

describe.each(filters)('the list of shipments with the filter %j', (filter) => {
  test('reads its page only, also behind a cursor', async () => {
    const list = async (after?: (string | number)[]) => listShipmentViews(db(), filter, { after, limit });
    expect(await problemsOf(async () => list())).toEqual([]);
    const page = await list();
    // Of an empty page, a cursor of another id is as good.
    const last = shipmentKey(page.at(-1) ?? { status: filter.status ?? 'SHIPPED', id: anyId });
    expect(await problemsOf(async () => list([...last]))).toEqual([]);
  });
});

test('packing slips and names read the shipments that they name only', async () => {
  const { rows } = await database.pool.query(
    `select s.id, o.number, o.reference, s.order_id, s.tracking_number from commerce.shipments s
      join commerce.orders o on o.id = s.order_id
     where o.reference is not null and s.tracking_number is not null limit 40`,
  );
  const shipmentIds = rows.map(({ id }) => id);
  expect(await problemsOf(async () => readPackingSlips(db(), shipmentIds))).toEqual([]);
  const one = present(rows[0], 'a shipment');
  for (const name of Object.values<string>(one)) {
    expect(await problemsOf(async () => findShipments(db(), [name, 'none']))).toEqual([]);
    expect((await findShipments(db(), [name]))[0]?.shipments[0]?.id, name).toBe(one.id);
  }
});
