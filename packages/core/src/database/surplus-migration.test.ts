import { afterAll, beforeAll, expect, test } from 'vitest';
import { createScriptedShop, type ScriptedShop } from '../testing/scripted-gateway.ts';
import { readMigrations } from './migrate.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

test('surplus money that an older version stored without a balance gets one', async () => {
  const attempts = [];
  for (const isVoided of [true, false]) {
    const attempt = await shop.createAttempt();
    await shop.commerce.cancelOrder({ orderId: attempt.orderId });
    await shop.sendWebhook('AUTHORIZED', attempt.payment, { amount: 700, currency: 'USD' });
    if (isVoided) await shop.callGatewaysNow();
    attempts.push(attempt);
  }
  const { pool } = shop.database;
  // The rows as version 0009 wrote them: no approval, only what was reported.
  await pool.query(`
    alter table commerce.payments drop constraint payments_surplus_has_a_balance;
    alter table commerce.events disable trigger all;
    delete from commerce.events where type in ('payment.authorized', 'payment.voided');
    with numbered as (select id, row_number() over (partition by aggregateid order by version) as version
      from commerce.events where aggregatetype = 'order')
    update commerce.events e set version = n.version + 1000 from numbered n where n.id = e.id;
    update commerce.events set version = version - 1000 where version > 1000;
    alter table commerce.events enable trigger all;
    update commerce.orders o set version = (select max(version) from commerce.events where aggregateid = o.id);
    update commerce.payments p set status = 'CANCELED', amount = 2000, currency = 'KRW', authorized_amount = 0`);
  const migration = readMigrations().find(({ name }) => name === '0010_surplus_balance');
  await pool.query(`begin; ${migration?.statements.join(';')}; commit`);
  expect(await shop.commerce.doctor()).toEqual([]);
  const states = await Promise.all(attempts.map(async (attempt) => (await shop.readState(attempt)).payment));
  expect(states).toEqual(['CANCELED surplus', 'AUTHORIZED surplus']);
});
