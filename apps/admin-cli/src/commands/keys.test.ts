import { createClient } from '@commerce-core/client';
import { expect, test } from 'vitest';
import { runCommerce } from '../testing/run-commerce.ts';
import { useShop } from '../testing/shop.ts';

const shop = useShop();

test('a new key allows what its scopes name, until it is revoked', async () => {
  const created = await shop.json('keys', 'create', 'warehouse', '--scopes', 'stock, orders');
  expect(created).toMatchObject({ name: 'warehouse', scopes: ['stock', 'orders'] });
  const withKey = (...args: string[]) => runCommerce(shop.folder, args, { COMMERCE_API_KEY: created.key });
  expect((await withKey('orders', 'list')).code).toBe(0);
  expect((await withKey('keys', 'list')).code).toBe(1);

  expect((await shop.run('keys', 'list')).out).toMatch(
    new RegExp(`^${created.id}  warehouse +stock, orders +valid`, 'm'),
  );
  expect((await shop.run('keys', 'revoke', '--yes', created.id)).out).toBe(
    `The key ${created.id} of warehouse is revoked.\n`,
  );
  expect((await shop.run('keys', 'list')).out).toMatch(
    new RegExp(`^${created.id}  warehouse +stock, orders +revoked`, 'm'),
  );
  expect((await withKey('orders', 'list')).err).toContain('was revoked');
});

test('a key is shown when it is created and never again', async () => {
  const made = await shop.run('keys', 'create', 'reports', '--scopes', 'gateway-events');
  const key = /^key +(\S+)$/m.exec(made.out)?.[1] ?? '';
  expect(key).toMatch(/^ck_.{40}/);
  expect(made.err).toContain('not shown again');
  expect((await shop.run('keys', 'list', '--all')).out).not.toContain(key);
  expect(JSON.stringify(await shop.json('keys', 'list', '--all'))).not.toContain(key);
});

test('a client’s key is rotated while both keys work, and a retry with the new one orders nothing twice', async () => {
  const create = async () => shop.run('keys', 'create', 'erp', '--scopes', 'orders');
  const field = (text: string, name: string) => new RegExp(`^${name} +(\\S+)$`, 'm').exec(text)?.[1] ?? '';
  const old = await create();
  expect(old.err).not.toContain('stay valid');
  const renewed = await create();
  expect(renewed.err).toContain(`stay valid until you revoke them:\n  commerce keys revoke ${field(old.out, 'id')}\n`);

  const productId = await shop.api.createProduct();
  const placeOrder = async (token: string) =>
    createClient({ url: shop.api.url, token }).order.create.mutate(
      { customerId: 'ana', lines: [{ productId, quantity: 1 }] },
      { context: { idempotencyKey: 'erp-order-4711' } },
    );
  const first = await placeOrder(field(old.out, 'key'));
  expect(await placeOrder(field(renewed.out, 'key'))).toEqual(first);
  await shop.run('keys', 'revoke', '--yes', field(old.out, 'id'));
  expect(await placeOrder(field(renewed.out, 'key'))).toEqual(first);
  expect(await shop.api.readStock(productId)).toEqual([10, 1]);
  expect((await create()).err).not.toContain(field(old.out, 'id'));
});
