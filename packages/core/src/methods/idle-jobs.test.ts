import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Gateway } from '../gateways/gateway.ts';
import { scriptedGateway } from '../testing/scripted-gateway.ts';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';

const listingGateway = (provider: string): Gateway => ({
  ...scriptedGateway(provider).gateway,
  listEvents: async () => [],
});

let shop: TestShop;
let stopping: AbortController;
let running: Promise<void>;
/** The statements outside of transactions, and the transactions. */
const counted = { statements: 0, transactions: 0 };
beforeEach(async () => {
  const gateways = [
    ...['mock', 'second'].map((name) => scriptedGateway(name).gateway),
    ...['third', 'fourth'].map(listingGateway),
  ];
  shop = await createTestShop({ gateways });
  Object.assign(counted, { statements: 0, transactions: 0 });
  shop.database.pool.on('acquire', () => (counted.statements += 1));
  shop.database.writers.on('acquire', () => (counted.transactions += 1));
  stopping = new AbortController();
  running = Promise.resolve();
});
afterEach(async () => {
  stopping.abort();
  await running;
  await shop.close();
});

async function runJobsUntilIdle({ turns = 9 } = {}): Promise<void> {
  running = shop.commerce.runJobs(stopping.signal);
  // The first turn of poll_event_lists reads the lists of two gateways, and each of the six rules of retention has a
  // turn, which is the last one for a minute.
  await expect.poll(() => counted.transactions).toBe(turns);
  await expect.poll(() => counted.statements).toBe(2);
}

test('the jobs of four idle gateways send at most two statements a second and open no transaction', async () => {
  await runJobsUntilIdle();
  const before = { ...counted };
  const begin = performance.now();
  await expect.poll(() => counted.statements - before.statements).toBe(5);
  expect(performance.now() - begin).toBeGreaterThan(2_500);
  expect(counted.transactions).toBe(before.transactions);
});

test('the first due row after an idle time is handled in little more than a second', async () => {
  const order = await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
  await shop.commerce.numberEvents();
  Object.assign(counted, { statements: 0, transactions: 0 });
  // The order's events are added to the reports.
  await runJobsUntilIdle({ turns: 10 });
  await sleep(Math.random() * 1_000);
  await shop.database.pool.query('update commerce.orders set hold_until = now() where id = $1', [order.id]);
  const begin = performance.now();
  await expect.poll(async () => (await shop.commerce.getOrder({ orderId: order.id })).status).toBe('EXPIRED');
  // 1.25 s until the next look at most, and what a busy machine adds.
  expect(performance.now() - begin).toBeLessThan(2_500);
});
