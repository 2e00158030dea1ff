import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram, type Program } from './testing/program.ts';
import { startTestApi, type TestApi } from './testing/index.ts';

// Two API processes on one database, called over HTTP. The test's own API only prepares the data.
let api: TestApi;
let programs: Program[];
let urls: string[];
let headers: Record<string, string>;
beforeAll(async () => {
  api = await startTestApi();
  headers = { 'content-type': 'application/json', authorization: `Bearer ${await api.createApiKey()}` };
  programs = [0, 1].map(() => runProgram('main.js', { DATABASE_URL: api.databaseUrl, PORT: '0' }));
  urls = await Promise.all(programs.map(async ({ said }) => String((await said('listening'))['url'])));
});
afterAll(async () => {
  for (const { child } of programs ?? []) child.kill('SIGTERM');
  await Promise.all((programs ?? []).map(async ({ exit }) => exit));
  await api?.close();
});

async function placeOrder(
  process: number,
  productId: string,
  key: string = randomUUID(),
): Promise<{ status: number; body: any }> {
  const response = await fetch(`${urls[process % urls.length]}/trpc/order.create`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': key },
    body: JSON.stringify({ customerId: 'kim', lines: [{ productId, quantity: 1 }] }),
  });
  return { status: response.status, body: await response.json() };
}

test('two processes sell a product’s whole stock and not more', async () => {
  const productId = await api.createProduct({ quantity: 75 });
  const answers = await Promise.all(Array.from({ length: 300 }, async (_, index) => placeOrder(index, productId)));
  expect(Map.groupBy(answers, ({ status }) => status).get(200)).toHaveLength(75);
  expect(Map.groupBy(answers, ({ status }) => status).get(409)).toHaveLength(225);
  expect(await api.readStock(productId)).toEqual([75, 75]);
});

test('concurrent calls with one key in two processes run once and return the same response', async () => {
  const productId = await api.createProduct({ quantity: 100 });
  const keys = Array.from({ length: 20 }, () => randomUUID());
  const answers = await Promise.all(
    keys.map(async (key) => Promise.all([0, 1, 0, 1].map(async (process) => placeOrder(process, productId, key)))),
  );
  for (const same of answers) {
    expect(same.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(same.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  }
  expect(new Set(answers.map(([first]) => first?.body.result.data.id)).size).toBe(20);
  expect(await api.readStock(productId)).toEqual([100, 20]);
  expect(await api.commerce.doctor()).toEqual([]);
});
