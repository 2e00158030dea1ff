import { setTimeout as sleep } from 'node:timers/promises';
import { differences } from './checks/books.ts';
import { hurryOfNobody, readEarly, readUnsettled } from './checks/settled.ts';
import { readState } from './checks/state.ts';
import type { Operators } from './operators.ts';
import type { Progress } from './report/progress.ts';
import type { RunningShop } from './setup/shop.ts';
import { call } from './shop/call.ts';
import type { World } from './shop/world.ts';

// Past the longest that anything waits by itself: the lease of a call whose process was killed, and a few tries after it.
const drainMs = 150_000;
const redriveMs = 3_000;
const pauseMs = 400;

/**
 * Waits until nothing is on its way any more. What the gateway told and got lost for good, an operator finds by comparing
 * both books, and has the gateway asked.
 */
export async function drain(shop: RunningShop, world: World, operators: Operators, progress: Progress): Promise<void> {
  const giveUpAt = performance.now() + drainMs;
  await settle(shop, world, operators, progress, giveUpAt);
  if (await askAboutLost(shop, world)) await settle(shop, world, operators, progress, giveUpAt);
}

async function settle(
  shop: RunningShop,
  world: World,
  operators: Operators,
  progress: Progress,
  giveUpAt: number,
): Promise<void> {
  let redriveAt = performance.now() + redriveMs;
  for (let quietTurns = 0, turn = 1; quietTurns < 2 && performance.now() < giveUpAt; turn += 1) {
    const { underway } = await shop.gateway.flush();
    const left = await readUnsettled(shop);
    quietTurns = underway === 0 && left.length === 0 && operators.idleTurns() > 1 ? quietTurns + 1 : 0;
    progress.now(['draining', ...left.map(({ what, count }) => `${count} ${what}`)].join(', '));
    await hurryOfNobody(shop);
    if (performance.now() > redriveAt) {
      redriveAt = performance.now() + redriveMs;
      for (const gatewayEventId of await readEarly(shop)) {
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

/** Whether there was anything to ask about: payments that the books differ in, of which a message was never delivered. */
async function askAboutLost(shop: RunningShop, { ledger, operator }: World): Promise<boolean> {
  const state = await readState(shop);
  const lost = [...state.book.values()].filter(
    ({ paymentId, events }) =>
      state.payments.has(paymentId) &&
      events.some(({ state: told }) => told === 'DROPPED') &&
      differences(state, paymentId).length > 0,
  );
  await Promise.all(
    lost.map(({ paymentId }) => call(ledger, 'payment.poll', operator.payment.poll, { paymentId }, `ask ${paymentId}`)),
  );
  return lost.length > 0;
}
