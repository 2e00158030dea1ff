import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createDueRefund, delayedReply, gatewayCallOf } from '../flows/gateway-outbox/call-gateways.testing.ts';
import { createScriptedShop, type ScriptedShop } from '../testing/scripted-gateway.ts';
import { leaseMs } from './lease.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

// Only the timer of the renewals is fake: the database and its clock are real.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const call = async (reply: ReturnType<typeof delayedReply>) => {
  const { attempt } = await createDueRefund(shop);
  shop.scriptReplies(attempt.payment.id, { REFUND: [reply.reply] });
  const running = shop.commerce.callGateways();
  await reply.requested;
  return { attempt, running };
};
const setDue = async (id: string, dueAt: string) =>
  shop.database.pool.query(`update commerce.gateway_calls set ${dueAt} where id = $1`, [id]);

test('a call that takes longer than its lease is renewed, is made once, and is finished', async () => {
  const reply = delayedReply(() => []);
  const { attempt, running } = await call(reply);
  const { id, dueAt } = await gatewayCallOf(shop, attempt);
  vi.advanceTimersByTime(leaseMs / 4);
  await expect.poll(async () => (await gatewayCallOf(shop, attempt)).dueAt).not.toEqual(dueAt);
  reply.respond();
  await running;
  expect(await gatewayCallOf(shop, attempt)).toMatchObject({
    id,
    status: 'DUE',
    attempts: 1,
    failureCode: 'no_answer',
  });
  expect(vi.getTimerCount()).toBe(0);
});

test('a worker that was suspended does not renew a lease that another worker has taken', async () => {
  const reply = delayedReply(() => []);
  const { attempt, running } = await call(reply);
  const { id } = await gatewayCallOf(shop, attempt);
  await setDue(id, `attempts = attempts + 1, due_at = now() + interval '1 hour'`);
  const { dueAt } = await gatewayCallOf(shop, attempt);
  vi.advanceTimersByTime(leaseMs / 4);
  reply.respond();
  await running;
  expect(await gatewayCallOf(shop, attempt)).toMatchObject({ dueAt, attempts: 2, failureCode: null });
});

test('a call that became due again while it is made is not renewed', async () => {
  const reply = delayedReply(() => []);
  const { attempt, running } = await call(reply);
  const { id } = await gatewayCallOf(shop, attempt);
  await setDue(id, `due_at = now() - interval '1 second'`);
  const { dueAt } = await gatewayCallOf(shop, attempt);
  vi.advanceTimersByTime(leaseMs / 4);
  reply.respond();
  await running;
  expect((await gatewayCallOf(shop, attempt)).dueAt).toEqual(dueAt);
});
