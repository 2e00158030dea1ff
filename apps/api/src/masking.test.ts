import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from './testing/index.ts';
import { refusalFrom } from './testing/refusal-from.ts';

let api: TestApi;
beforeAll(async () => (api = await startTestApi()));
afterAll(() => api?.close());

/** Makes every insert into a table fail with secrets in PostgreSQL's message, detail and hint. */
const failInserts = (table: string) =>
  api.database.pool.query(`
  create function leak_${table}() returns trigger language plpgsql as $$
  begin
    raise exception 'secret-message of %', new.id
      using detail = 'secret-detail', hint = 'secret-hint', errcode = '23514';
  end $$;
  create trigger leak before insert on commerce.${table} for each row execute function leak_${table}()`);

const secrets = /secret-|insert into|select |at .*\.ts:|node_modules|\$1/i;

test('an error of the database gets a 500, and neither response nor log has its message', async () => {
  const productId = await api.createProduct();
  await failInserts('orders');
  const before = api.logLines().length;
  const customer = await api.customerClient();
  const call = customer.order.create.mutate({ lines: [{ productId, quantity: 1 }], reference: 'secret-reference' });
  expect(await refusalFrom(call)).toEqual({ status: 500, code: 'internal_error' });
  const answer = await api.fetch('/trpc/order.create', {
    method: 'POST',
    headers: { authorization: `Bearer ${await api.customerToken('kim')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ lines: [{ productId, quantity: 1 }], reference: 'secret-reference' }),
  });
  expect(await answer.text()).not.toMatch(secrets);
  const lines = api.logLines().slice(before);
  expect(lines).toHaveLength(2);
  for (const line of lines) {
    expect(line).toMatchObject({ level: 'error', status: 500, codes: ['internal_error'] });
    expect(JSON.stringify(line['err'])).toContain('"code":"23514"');
    expect(JSON.stringify(line)).not.toMatch(/secret-|insert into/i);
  }
  expect(await api.readStock(productId)).toEqual([10, 0]);
});

test('a webhook that cannot be stored gets a 503, so that the gateway sends it again', async () => {
  await failInserts('gateway_events');
  const event = {
    type: 'AUTHORIZED',
    paymentId: '01976f00-0000-7000-8000-000000000000',
    amount: 1,
    currency: 'KRW',
    failureCode: 'secret-failure',
  };
  const { status, body } = await api.sendWebhook(event);
  expect([status, body.error.code]).toEqual([503, 'internal_error']);
  expect(JSON.stringify(body)).not.toMatch(secrets);
  expect(JSON.stringify(api.logLines().at(-1))).not.toMatch(/secret-|insert into/i);
});
