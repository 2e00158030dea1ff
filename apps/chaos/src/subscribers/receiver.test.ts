import { Webhook } from 'standardwebhooks';
import { afterEach, expect, test } from 'vitest';
import { chanceOf } from '../chance.ts';
import { createReplyPlan, replyFaults } from './reply-plan.ts';
import { startReceiver, type Receiver } from './receiver.ts';

const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
let receiver: Receiver | undefined;
afterEach(() => receiver?.close());

const send = async ({ url }: Receiver, body: string, signedWith = secret) => {
  const id = 'message-1';
  const timestamp = new Date();
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(timestamp.getTime() / 1_000)),
    'webhook-signature': new Webhook(signedWith).sign(id, timestamp, body),
  };
  return (await fetch(url, { method: 'POST', headers, body, redirect: 'manual' })).status;
};

test('a seed draws every fault, and draws the same ones again', () => {
  const draw = () => {
    const faultOf = createReplyPlan(chanceOf(7));
    return Array.from({ length: 3_000 }, (_, index) => faultOf(`event ${index}`));
  };
  const drawn = draw();
  expect(new Set(drawn)).toEqual(new Set([...replyFaults, undefined]));
  expect(draw()).toEqual(drawn);
});

test('an event that is refused is refused each time', () => {
  const faultOf = createReplyPlan(chanceOf(7));
  const ids = Array.from({ length: 3_000 }, (_, index) => `event ${index}`);
  const refused = ids.filter((id) => faultOf(id) === 'webhook_refused_always');
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every((id) => faultOf(id) === 'webhook_refused_always')).toBe(true);
});

test('a receiver keeps what is signed with its secret, and refuses the rest', async () => {
  receiver = await startReceiver();
  receiver.expectSecret(secret);
  expect(await send(receiver, '{"id":"event-1"}')).toBe(204);
  expect(await send(receiver, '[{"id":"event-2"},{"id":"event-3"}]')).toBe(204);
  expect(await send(receiver, '{"id":"event-4"}', `whsec_${Buffer.alloc(24, 2).toString('base64')}`)).toBe(400);
  expect(receiver.deliveries.map(({ events }) => events.map(({ id }) => id))).toEqual([
    ['event-1'],
    ['event-2', 'event-3'],
  ]);
  expect(receiver.unsigned()).toBe(1);
});

test('a hostile receiver that stops its faults acknowledges again, also after it was down', async () => {
  receiver = await startReceiver({ chance: chanceOf(7), redirectTo: 'http://127.0.0.1:9/' });
  receiver.expectSecret(secret);
  const sent = Array.from({ length: 400 }, async (_, index) =>
    send(receiver as Receiver, `{"id":"event-${index}"}`).catch(() => 0),
  );
  await expect.poll(() => receiver?.deliveries.length).toBeGreaterThan(200);
  receiver.stopFaults();
  await Promise.all(sent);
  await expect.poll(async () => send(receiver as Receiver, '{"id":"last"}').catch(() => 0)).toBe(204);
  expect(receiver.deliveries.at(-1)).toMatchObject({ events: [{ id: 'last' }], acknowledgedAt: expect.any(Number) });
});
