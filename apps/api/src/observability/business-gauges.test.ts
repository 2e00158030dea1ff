import type { Commerce } from '@commerce-core/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPendingOrder } from '../testing/create-pending-order.ts';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { createMetrics } from './metrics.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const readText = async () =>
  (await api.fetch('/metrics', { headers: { authorization: `Bearer ${await api.createApiKey()}` } })).text();

/** The lines of these metrics, without their descriptions. */
async function readLines(prefix: string): Promise<string[]> {
  await api.commerce.numberEvents();
  while ((await api.commerce.updateReports()) > 0);
  return (await readText()).split('\n').filter((line) => line.startsWith(prefix));
}

test('operators see orders by status, what was sold and given back, and refunds that have not succeeded', async () => {
  expect(await readLines('orders_by_status')).toEqual([]);
  const customer = await api.customerClient();
  const { approval, orderId } = await createPendingOrder(api, customer);
  await createPendingOrder(api, customer);
  expect(await readLines('orders_by_status')).toEqual([
    'orders_by_status{status="PAYMENT_PENDING",fulfillment="UNFULFILLED"} 2',
  ]);
  expect(await readLines('sales_')).toEqual([]);
  await api.sendWebhook({ ...approval, type: 'CAPTURED' });
  await (await api.operatorClient('money')).refund.create.mutate({ orderId, amount: 1 });
  const { amount, currency } = approval;
  expect(await readLines('orders_by_status')).toEqual([
    'orders_by_status{status="PAID",fulfillment="UNFULFILLED"} 1',
    'orders_by_status{status="PAYMENT_PENDING",fulfillment="UNFULFILLED"} 1',
  ]);
  expect(await readLines('sales_')).toEqual([
    `sales_orders_total{currency="${currency}"} 1`,
    `sales_amount_total{currency="${currency}"} ${amount}`,
    `sales_refund_amount{currency="${currency}"} 0`,
  ]);
  expect(await readLines('refund')).toEqual([
    `refunds_by_status{status="REQUESTED",currency="${currency}"} 1`,
    `refund_amount_by_status{status="REQUESTED",currency="${currency}"} 1`,
  ]);
  const [refund] = (await api.commerce.listRefunds({ orderId })).items;
  const { paymentId } = approval;
  await api.sendWebhook({ paymentId, amount: 1, currency, type: 'REFUNDED', refundId: refund?.id });
  expect(await readLines('sales_refund')).toEqual([`sales_refund_amount{currency="${currency}"} 1`]);
  expect(await readLines('refund')).toEqual([]);
});

test('operators see when the doctor ran last, and how many rows break each invariant', async () => {
  expect(await readLines('doctor_')).toEqual([]);
  const operator = await api.operatorClient();
  await api.database.pool.query(
    `update commerce.orders set needs_attention = 'dispute', attention_reasons = '["dispute"]'`,
  );
  const { violations } = await operator.system.doctor.query();
  const lines = await readLines('doctor_');
  for (const { name, count } of violations) expect(lines).toContain(`doctor_violations{check="${name}"} ${count}`);
  expect(violations.length).toBeGreaterThan(0);
  expect(lines).toContain('doctor_violations{check="order_total_is_sum_of_lines"} 0');
  expect(lines.some((line) => /^doctor_run_seconds\{of="age"\} \d/.test(line))).toBe(true);
  expect(await readLines('orders_needing')).toEqual(['orders_needing_attention{reason="dispute"} 2']);
});

test('however often a process is scraped, its database is read once in a while', async () => {
  let reads = 0;
  const counting = new Proxy(api.commerce, {
    get: (target, name: keyof Commerce) =>
      name === 'shopTotals' ? async () => ((reads += 1), target.shopTotals()) : target[name],
  });
  const metrics = createMetrics({ keepMs: 60_000 });
  metrics.watch(counting);
  await Promise.all([metrics.text(), metrics.text()]);
  await metrics.text();
  expect(reads).toBe(1);
});
