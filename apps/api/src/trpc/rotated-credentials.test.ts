import { randomUUID } from 'node:crypto';
import { scopes } from '@commerce-core/core';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { access } from '../auth/access.ts';
import { createFakeGateway } from '../testing/fake-gateway.ts';
import { present, startTestApi, type TestApi } from '../testing/index.ts';
import { mutationInputs } from '../testing/mutation-inputs.ts';

const newSecret = 'the secret after the rotation of the old one';

let api: TestApi;
// The same shop after a restart with another secret for customers' tokens.
let restarted: TestApi;
beforeAll(async () => {
  api = await startTestApi({ gateways: [createFakeGateway('stripe').gateway] });
  const gateways = [createFakeGateway('stripe').gateway];
  restarted = await startTestApi({ databaseOf: api, gateways, customers: { secret: newSecret } });
});
afterAll(async () => {
  await restarted?.close();
  await api?.close();
});

const inputs = mutationInputs(() => api);

async function post({ url }: TestApi, path: string, input: object, key: string, token: string) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'idempotency-key': key };
  const response = await fetch(`${url}/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) });
  return { status: response.status, text: await response.text() };
}

async function countStored(key: string): Promise<number> {
  const { rows } = await api.database.pool.query('select 1 from commerce.idempotency_keys where key = $1', [key]);
  return rows.length;
}

const newApiKey = async (name: string) => api.commerce.createApiKey({ name, scopes: [...scopes] });

describe('a mutation with an Idempotency-Key', () => {
  test.each(Object.keys(inputs))('%s runs once when the operator’s API key is rotated', async (path) => {
    const name = randomUUID();
    const before = await newApiKey(name);
    const input = await present(inputs[path])();
    const key = randomUUID();
    const first = await post(api, path, input, key, before.key);
    expect(first.status).toBe(200);

    const after = await newApiKey(name);
    expect(await post(api, path, input, key, after.key), 'while both are valid').toEqual(first);
    for (const { id } of [before, after]) await api.commerce.revokeApiKey({ apiKeyId: id });
    expect((await post(api, path, input, key, before.key)).status).toBe(401);
    const replacement = await newApiKey(name);
    expect(await post(api, path, input, key, replacement.key), 'when both are revoked').toEqual(first);
    expect(await countStored(key)).toBe(1);
  });

  const ofCustomers = Object.keys(inputs).filter((path) => {
    const rule = present(access[path]);
    return rule !== 'public' && rule.customer;
  });

  test.each(ofCustomers)('%s runs once when the customers’ secret is rotated', async (path) => {
    const { customerId: _, ...input } = (await present(inputs[path])()) as { customerId?: string };
    const key = randomUUID();
    const first = await post(api, path, input, key, await api.customerToken('c'));
    expect(first.status).toBe(200);
    const token = new SignJWT({ sub: 'c', exp: Math.floor(Date.now() / 1000) + 60 });
    const signed = await token.setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(newSecret));
    expect(await post(restarted, path, input, key, signed)).toEqual(first);
    expect(await countStored(key)).toBe(1);
  });

  test('the same key of two clients is two keys', async () => {
    const productId = await api.createProduct();
    const key = randomUUID();
    const input = { customerId: 'c', lines: [{ productId, quantity: 1 }] };
    for (const name of ['warehouse', 'till'])
      expect((await post(api, 'order.create', input, key, (await newApiKey(name)).key)).status).toBe(200);
    expect(await api.readStock(productId)).toEqual([10, 2]);
  });
});

test('concurrent first keys of one name belong to one client', async () => {
  const name = randomUUID();
  const created = await Promise.all(Array.from({ length: 10 }, async () => newApiKey(name)));
  expect(new Set(created.map(({ clientId }) => clientId)).size).toBe(1);
  const clientId = present(created[0]).clientId;
  const { items } = await api.commerce.listApiKeys({ clientId });
  expect(items.map(({ id }) => id).toSorted()).toEqual(created.map(({ id }) => id).toSorted());
  expect((await api.commerce.listApiKeys({ clientId: randomUUID() })).items).toEqual([]);
});
