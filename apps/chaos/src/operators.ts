import { setTimeout as sleep } from 'node:timers/promises';
import { heldInDispute, leftAtGateway } from './checks/books.ts';
import { call } from './shop/call.ts';
import type { World } from './shop/world.ts';

/** Who looks after what the shop can't decide by itself. */
export type Operators = {
  /** How many times in a row there was nothing to do for them. */
  idleTurns: () => number;
  stop: () => Promise<void>;
};

const pauseMs = 1_000;

/**
 * Operators at work until they are stopped: payments under review are accepted or sent back, money that must go back is sent
 * once more where the gateway could not, and orders whose money is gone are canceled. A turn that fails is taken again.
 */
export function operatorsAtWork(world: World): Operators {
  const stopping = new AbortController();
  let idleTurns = 0;
  const working = (async () => {
    for (let turn = 1; !stopping.signal.aborted; turn += 1) {
      try {
        const done =
          (await decideReviews(world, turn)) + (await sendAgain(world, turn)) + (await cancelUnfunded(world, turn));
        idleTurns = done === 0 ? idleTurns + 1 : 0;
      } catch {
        // The shop is just not there. Whatever is left is seen at the next turn.
      }
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    idleTurns: () => idleTurns,
    async stop() {
      stopping.abort();
      await working;
    },
  };
}

async function decideReviews({ chance, ledger, operator, shopperOf }: World, turn: number): Promise<number> {
  const { items } = await operator.payment.listAll.query({ status: 'REVIEW', limit: 100 });
  for (const { id: paymentId, orderId } of items) {
    const name = shopperOf(orderId);
    const decide = (decision: 'ACCEPT' | 'REJECT') =>
      call(
        ledger,
        'payment.decideReview',
        operator.payment.decideReview,
        { paymentId, decision },
        `review ${paymentId} ${decision} ${turn}`,
      );
    const accepts = chance.whether(`${name} accepted`, 0.5);
    const answer = accepts ? await decide('ACCEPT') : undefined;
    // What can't pay for the order, for the stock is gone or it is another currency, goes back.
    if (!answer?.ok) await decide('REJECT');
  }
  return items.length;
}

const isOpen = (status: string): boolean => ['REQUESTED', 'SUBMITTED', 'UNKNOWN'].includes(status);

/**
 * Money that had to go back by itself, and that the gateway refused or the shopper's bank sent back: as much as the gateway
 * still has of it, and no dispute keeps.
 */
async function sendAgain({ gateway, ledger, operator }: World, turn: number): Promise<number> {
  const { items } = await operator.refund.list.query({ status: 'FAILED', limit: 100 });
  let done = 0;
  const due = items.filter(({ reason }) => reason !== 'requested' && reason !== 'gateway');
  for (const [paymentId, [{ orderId }]] of Map.groupBy(due, (refund) => refund.paymentId) as Map<
    string,
    [(typeof due)[number]]
  >) {
    const { items: all } = await operator.refund.list.query({ orderId, limit: 100 });
    const entry = await gateway.find(paymentId);
    const left = entry ? leftAtGateway(entry) - heldInDispute(entry) : 0;
    if (left === 0 || all.some((refund) => refund.paymentId === paymentId && isOpen(refund.status))) continue;
    done += 1;
    // What is only authorized is let go of in whole.
    const amount = entry?.state === 'CAPTURED' && heldInDispute(entry) > 0 ? { amount: left } : {};
    const input = { orderId, paymentId, ...amount };
    const answer = await call(ledger, 'refund.create', operator.refund.create, input, `again ${paymentId} ${turn}`);
    if (!answer.ok) await gateway.refund(paymentId);
  }
  return done;
}

/** A paid order whose authorization the gateway has let go of has no money: it is canceled, unless it has left already. */
async function cancelUnfunded({ ledger, operator }: World, turn: number): Promise<number> {
  const { items } = await operator.order.list.query({ needsAttention: true, status: 'PAID', limit: 100 });
  const unfunded = items.filter(({ needsAttention }) => needsAttention === 'authorization_lost');
  for (const { id: orderId } of unfunded) {
    const answer = await call(
      ledger,
      'order.cancel',
      operator.order.cancel,
      { orderId },
      `unfunded ${orderId} ${turn}`,
    );
    if (!answer.ok) await operator.order.clearAttention.mutate({ orderId });
  }
  return unfunded.length;
}
