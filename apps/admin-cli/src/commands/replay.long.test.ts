import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Report } from '../replay/report.ts';
import type { Ran } from '../testing/run-commerce.ts';
import { runCommerce } from '../testing/run-commerce.ts';
import { useShop } from '../testing/shop.ts';
import { openFaultInjectingProxy } from '../testing/fault-injecting-proxy.ts';

const shop = useShop();
const sample = fileURLToPath(new URL('../../../../samples/online-retail.csv', import.meta.url));

async function replayThrough(url: string, ...args: string[]): Promise<Ran> {
  const prefix = `${randomUUID().slice(0, 8)}-`;
  return runCommerce(shop.folder, ['replay', sample, '--sku-prefix', prefix, ...args], await shop.through(url));
}

async function charged(): Promise<number> {
  const answer = await fetch(`${shop.simulatorUrl}/book?limit=1`);
  const { totals } = (await answer.json()) as { totals: { charged: Record<string, number> } };
  return totals.charged['GBP'] ?? 0;
}

async function countOrders(): Promise<number> {
  const { rows } = await shop.api.database.pool.query('select count(*)::int as n from commerce.orders');
  return rows[0].n;
}

test('a shop that stays away ends the replay with a report of what was done', async () => {
  const url = await openFaultInjectingProxy(shop.api.url, (number) => (number < 900 ? 'pass' : 'break'));
  const ran = await replayThrough(url, '--concurrency', '2');
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(/^Orders taken +\d+ of 44$/m);
  expect(ran.out).toContain('The doctor could not be asked.');
  expect(ran.err).toContain(`No answer from ${url}`);
});

test('an outage of three seconds fails no invoice', async () => {
  let back = Number.POSITIVE_INFINITY;
  const url = await openFaultInjectingProxy(shop.api.url, (number) => {
    if (number === 900) back = Date.now() + 3_000;
    return number < 900 || Date.now() > back ? 'pass' : 'break';
  });
  const ran = await replayThrough(url, '--json');
  expect(ran.code).toBe(0);
  expect(JSON.parse(ran.out)).toMatchObject({
    failures: 0,
    violations: [],
    orders: { taken: 44, unpaid: { orders: 0 } },
  });
});

test('lost answers double neither orders nor charges', async () => {
  const before = await charged();
  const ordersBefore = await countOrders();
  const url = await openFaultInjectingProxy(shop.api.url, (number) =>
    number > 750 && number % 7 === 0 ? 'lose' : 'pass',
  );
  const ran = await replayThrough(url, '--json', '--ship-after', '10');
  expect(ran.code).toBe(0);
  const report: Report = JSON.parse(ran.out);
  expect(report).toMatchObject({ failures: 0, violations: [], orders: { unpaid: { orders: 0 } } });
  expect((await charged()) - before).toBe(report.taken.amount);
  expect((await countOrders()) - ordersBefore).toBe(report.orders.taken);
  const { orders } = report;
  expect(orders.shipped.orders + orders.open.orders + orders.canceled.orders).toBe(orders.taken);
});
