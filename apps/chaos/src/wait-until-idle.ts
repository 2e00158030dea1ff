import { setTimeout as sleep } from 'node:timers/promises';
import { differences } from './checks/books.ts';
import { hurryUnknownPayments, readWaitingMessages, readPending } from './checks/idle.ts';
import { readState } from './checks/state.ts';
import type { Operators } from './operators.ts';
import type { Progress } from './report/progress.ts';
import type { RunningShop } from './setup/shop.ts';
import { call } from './shop/call.ts';
import type { World } from './shop/world.ts';

// Longer than the longest wait: the lease of a call whose process was killed, and a few retries after it.
const waitMaxMs = 150_000;
const redriveMs = 3_000;
const pauseMs = 400;

/**
 * Waits until no order, payment, refund, call or message is pending any more. Then an operator compares the shop's and
 * the gateways' books and has payments polled whose messages were lost, and the wait starts again.
 */
export async function waitUntilIdle(
  shop: RunningShop,
  world: World,
  operators: Operators,
  progress: Progress,
): Promise<void> {
  const giveUpAt = performance.now() + waitMaxMs;
  await waitForPending(shop, world, operators, progress, giveUpAt);
  if (await pollLostPayments(shop, world)) await waitForPending(shop, world, operators, progress, giveUpAt);
}

async function waitForPending(
  shop: RunningShop,
  world: World,
  operators: Operators,
  progress: Progress,
  giveUpAt: number,
): Promise<void> {
  let redriveAt = performance.now() + redriveMs;
  for (let idle = 0, turn = 1; idle < 2 && performance.now() < giveUpAt; turn += 1) {
    const { underway } = await shop.gateway.flush();
    const pending = await readPending(shop);
    idle = underway === 0 && pending.length === 0 && operators.idleTurns() > 1 ? idle + 1 : 0;
    progress.now(['waiting for', ...pending.map(({ what, count }) => `${count} ${what}`)].join(', '));
    await hurryUnknownPayments(shop);
    if (performance.now() > redriveAt) {
      redriveAt = performance.now() + redriveMs;
      for (const gatewayEventId of await readWaitingMessages(shop)) {
        await call(
          world.ledger,
          'gatewayEvent.redrive',
          world.operator.gatewayEvent.redrive,
          { gatewayEventId },
          `redrive ${gatewayEventId} ${giveUpAt} ${turn}`,
        );
      }
    }
    await sleep(pauseMs);
  }
}

/** Polls the payments whose books differ and of which a message was never delivered. Returns whether there were any. */
async function pollLostPayments(shop: RunningShop, { ledger, operator }: World): Promise<boolean> {
  const state = await readState(shop);
  const lost = [...state.book.values()].filter(
    ({ paymentId, events }) =>
      state.payments.has(paymentId) &&
      events.some(({ state: delivery }) => delivery === 'DROPPED') &&
      differences(state, paymentId).length > 0,
  );
  await Promise.all(
    lost.map(({ paymentId }) => call(ledger, 'payment.poll', operator.payment.poll, { paymentId }, `ask ${paymentId}`)),
  );
  return lost.length > 0;
}
