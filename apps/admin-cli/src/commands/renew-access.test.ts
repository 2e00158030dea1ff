import { createClient } from '@commerce-core/client';
import { expect, test } from 'vitest';
import { useShop } from '../testing/shop.ts';

const shop = useShop({ guestOrders: { secrets: ['a secret of the tests for the tokens of guests'] } });

const placeAsGuest = async () => {
  const lines = [{ productId: await shop.api.createProduct(), quantity: 1 }];
  return shop.api.anonymousClient().order.create.mutate({ lines, contact: { email: 'jo@mail.example' } });
};

test('the order of a guest is shown as one, with its e-mail address', async () => {
  const { id } = await placeAsGuest();
  expect((await shop.run('orders', 'list')).out).toMatch(new RegExp(`^[\\w-]{9}  CREATED .* guest .* ${id}$`, 'm'));
  const { out } = await shop.run('orders', 'show', id);
  expect(out).toMatch(/^customer +a guest, without an account$/m);
  expect(out).toMatch(/^contact +jo@mail\.example$/m);
});

test('orders renew-access prints a token that opens the order', async () => {
  const { id: orderId } = await placeAsGuest();
  const { out, err } = await shop.run('orders', 'renew-access', orderId, '--email', 'JO@mail.example');
  const token = /^token +(\S+)$/m.exec(out)?.[1];
  expect(out).toMatch(/^valid until +\d{4}-\d\d-\d\dT/m);
  expect(err).toContain('no other');
  expect(await createClient({ url: shop.api.url, token }).order.get.query({ orderId })).toMatchObject({ id: orderId });
  const renewed = await shop.json('orders', 'renew-access', orderId, '--email', 'jo@mail.example');
  expect(renewed).toMatchObject({ orderId, accessToken: expect.stringMatching(/^cg_/) });
});

test('orders renew-access with another e-mail address says that there is no such order', async () => {
  const { id } = await placeAsGuest();
  const { code, out, err } = await shop.run('orders', 'renew-access', id, '--email', 'mallory@mail.example');
  expect([code, out]).toEqual([1, '']);
  expect(err).toContain('No order of a guest has this id and this e-mail address.');
});
