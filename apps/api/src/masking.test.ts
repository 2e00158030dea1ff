import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { refused } from './testing/refused.ts';

let api: TestApi;
beforeAll(async () => (api = await startTestApi()));
afterAll(() => api?.close());

/** Makes every insert into a table fail, with a secret in the database's message, detail and hint. */
const plant = (table: string) =>
  api.database.pool.query(`
  create function leak_${table}() returns trigger language plpgsql as $$
  begin
    raise exception 'secret-message of %', new.id
      using detail = 'secret-detail', hint = 'secret-hint', errcode = '23514';
  end $$;
  create trigger leak before insert on commerce.${table} for each row execute function leak_${table}()`);

const secrets = /secret-|insert into|select |at .*\.ts:|node_modules|\$1/i;

test('when the database fails it answers 500, and neither answer nor log repeats its words', async () => {
  const productId = await api.product();
  await plant('orders');
  const before = api.log().length;
  const customer = await api.customer();
  const call = customer.order.create.mutate({ lines: [{ productId, quantity: 1 }], reference: 'secret-reference' });
  expect(await refused(call)).toEqual({ status: 500, code: 'internal_error' });
  const answer = await api.fetch('/trpc/order.create', {
    method: 'POST',
    headers: { authorization: `Bearer ${await api.token('kim')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ lines: [{ productId, quantity: 1 }], reference: 'secret-reference' }),
  });
  expect(await answer.text()).not.toMatch(secrets);
  const lines = api.log().slice(before);
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line).toMatchObject({ level: 'error', status: 500, codes: ['internal_error'] });
    expect(JSON.stringify(line['err'])).toContain('"code":"23514"');
    expect(JSON.stringify(line)).not.toMatch(/secret-|insert into/i);
  }
  expect(await api.stock(productId)).toEqual([10, 0]);
});

test('a webhook that cannot be stored answers 503, so that the gateway comes again', async () => {
  await plant('gateway_events');
  const event = {
    type: 'AUTHORIZED',
    paymentId: '01976f00-0000-7000-8000-000000000000',
    amount: 1,
    currency: 'KRW',
    failureCode: 'secret-failure',
  };
  const { status, body } = await api.webhook(event);
  expect([status, body.error.code]).toEqual([503, 'internal_error']);
  expect(JSON.stringify(body)).not.toMatch(secrets);
  expect(JSON.stringify(api.log().at(-1))).not.toMatch(/secret-|insert into/i);
});
