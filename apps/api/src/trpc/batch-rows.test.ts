import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../testing/index.ts';
import { defaultLimits } from './batch-rows.ts';

let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await startTestApi();
  key = await api.createApiKey();
});
afterAll(() => api?.close());

/** Returns whether a batch of these calls is refused because of its rows. */
async function isRefused(names: readonly string[], input: object = {}): Promise<boolean> {
  const inputs = JSON.stringify(Object.fromEntries(names.map((_, index) => [index, input])));
  const path = `/trpc/${names.join()}?batch=1&input=${encodeURIComponent(inputs)}`;
  const response = await api.fetch(path, { headers: { authorization: `Bearer ${key}` } });
  return response.status === 400 && (await response.text()).includes('may list 500 rows in all');
}

test('the lists are known', () => {
  expect([...defaultLimits.keys()]).toEqual(expect.arrayContaining(['order.list', 'order.history', 'product.list']));
});

describe.each([...defaultLimits])('a batch of %s, whose limit defaults to %i,', (name, limit) => {
  const times = (count: number) => Array<string>(count).fill(name);

  test.each([
    [50, { limit: 10 }],
    [500 / limit, {}],
    [5, { limit: 100 }],
  ])('of %i calls with %o is allowed', async (count, input) => {
    expect(await isRefused(times(count), input)).toBe(false);
  });

  test.each([
    [50, { limit: 11 }],
    [500 / limit + 1, {}],
    [6, { limit: 100 }],
    [500 / limit + 1, { limit: 'x' }],
  ])('of %i calls with %o is refused as a whole', async (count, input) => {
    expect(await isRefused(times(count), input)).toBe(true);
  });
});

test('a batch of 50 calls that list nothing is allowed', async () => {
  expect(await isRefused(Array<string>(50).fill('product.get'), { productId: crypto.randomUUID() })).toBe(false);
});
