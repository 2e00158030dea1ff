import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../client.ts';
import { present, refusalFrom, startTestApi, type TestApi } from '../testing/index.ts';
import { email, guestClient, newOrderInput, secrets, startGuestApi, visitor } from './visitor.testing.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startGuestApi();
});
afterAll(() => api?.close());

describe('order.renewAccess', () => {
  test('makes a new token for the e-mail address and the id or the reference of an order', async () => {
    const reference = randomUUID();
    const order = await visitor(api).order.create.mutate(await newOrderInput(api, { reference }));
    const backEnd = await api.operatorClient('guests');
    for (const wanted of [{ orderId: order.id }, { reference }]) {
      const { items } = await backEnd.order.renewAccess.mutate({ email: 'JO@mail.example', ...wanted });
      expect(items.map(({ orderId }) => orderId)).toEqual([order.id]);
      expect(await guestClient(present(items[0]), api).order.get.query({ orderId: order.id })).toMatchObject({
        id: order.id,
      });
    }
    expect(
      await refusalFrom((await api.operatorClient('orders')).order.renewAccess.mutate({ email, reference })),
    ).toMatchObject({
      status: 403,
    });
  });

  test('tells a missing order from none of another address, of a customer, or without a contact', async () => {
    const lines = [{ productId: await api.createProduct(), quantity: 1 }];
    const ofCustomer = await api.commerce.placeOrder({ customerId: 'kim', lines, contact: { email } });
    const erased = await visitor(api).order.create.mutate(await newOrderInput(api));
    await api.commerce.cancelOrder({ orderId: erased.id });
    await api.commerce.redactOrder({ orderId: erased.id });
    const open = await visitor(api).order.create.mutate(await newOrderInput(api));
    const token = await api.createApiKey('guests');
    const answers = [
      { email, orderId: randomUUID() },
      { email, reference: 'nothing' },
      { email, orderId: ofCustomer.id },
      { email, orderId: erased.id },
      { email: 'mallory@mail.example', orderId: open.id },
    ].map(async (body) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const response = await api.fetch('/trpc/order.renewAccess', {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return [response.status, await response.text()];
    });
    expect(new Set((await Promise.all(answers)).map(String))).toEqual(
      new Set(['200,{"result":{"data":{"items":[]}}}']),
    );
  });

  test('is limited by e-mail address and in all', async () => {
    const limited = await startTestApi({
      databaseOf: api,
      guestOrders: { secrets, callsPerAddressMax: 2, callsInAllMax: 3 },
    });
    try {
      const backEnd = createClient({ url: limited.url, token: await api.createApiKey('guests') });
      const renew = async (of: string) =>
        backEnd.order.renewAccess.mutate({ email: of, orderId: randomUUID() }).then(
          () => 'ok',
          (error: unknown) => (error as { data: { commerce: { code: string } } }).data.commerce.code,
        );
      const codes = [];
      for (const of of [email, 'Jo@MAIL.example', email, 'a@mail.example', 'b@mail.example'])
        codes.push(await renew(of));
      expect(codes).toEqual(['ok', 'ok', 'rate_limited', 'ok', 'rate_limited']);
    } finally {
      await limited.close();
    }
  });
});

test('no token and no address of a guest is in a table, in the log, or in a doctor’s finding', async () => {
  const address = '198.51.100.77';
  const { id, accessToken } = await visitor(api, address).order.create.mutate(await newOrderInput(api));
  const guest = guestClient({ accessToken: present(accessToken) }, api);
  await guest.payment.create.mutate({ orderId: id, provider: 'mock' });
  await refusalFrom(guest.order.get.query({ orderId: randomUUID() }));
  const { rows } = await api.database.pool.query<{ name: string }>(`
    select relname as name from pg_class where relnamespace = 'commerce'::regnamespace and relkind in ('r', 'p')`);
  const secret = `%${present(accessToken).slice(-43)}%`;
  for (const { name } of rows) {
    const found = await api.database.pool.query(
      `select 1 from commerce."${name}" t where t::text like $1 or t::text like $2`,
      [secret, `%${address}%`],
    );
    expect([name, found.rows.length]).toEqual([name, 0]);
  }
  await api.database.pool.query(`update commerce.orders set contact = '{"phone":"1"}' where id = $1`, [id]);
  const findings = JSON.stringify(await api.commerce.doctor());
  expect(findings).toContain('guest_order_has_mail_address');
  const log = JSON.stringify(api.logLines());
  expect(log).toContain('"kind":"guest"');
  for (const text of [findings, log]) expect(text).not.toMatch(/cg_|198\.51\.100\.77|@mail/);
});
