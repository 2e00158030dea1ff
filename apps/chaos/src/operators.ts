import { setTimeout as sleep } from 'node:timers/promises';
import { heldInDispute, leftAtGateway } from './checks/books.ts';
import { call } from './shop/call.ts';
import type { World } from './shop/world.ts';

/** The operators, who decide what the shop cannot decide automatically. */
export type Operators = {
  /** How many turns in a row had nothing to do. */
  idleTurns: () => number;
  stop: () => Promise<void>;
};

const pauseMs = 1_000;

/**
 * Runs the operators until they are stopped. They accept or reject payments in REVIEW, repeat failed refunds of money
 * that the shop owes, refund such money when a dispute about it has ended unreported, and cancel orders whose
 * authorization is gone. A turn that fails is repeated.
 */
export function startOperators(world: World): Operators {
  const stopping = new AbortController();
  let idleTurns = 0;
  const working = (async () => {
    for (let turn = 1; !stopping.signal.aborted; turn += 1) {
      try {
        const done =
          (await decideReviews(world, turn)) +
          (await repeatRefunds(world, turn)) +
          (await refundDespiteDisputes(world, turn)) +
          (await cancelUnfunded(world, turn));
        idleTurns = done === 0 ? idleTurns + 1 : 0;
      } catch {
        // The shop is unavailable right now. The next turn sees what is left.
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
    // A payment that cannot be accepted, because the stock is gone or the currency differs, is sent back.
    if (!answer?.ok) await decide('REJECT');
  }
  return items.length;
}

const isOpen = (status: string): boolean => ['REQUESTED', 'SUBMITTED', 'UNKNOWN'].includes(status);

/**
 * Repeats failed refunds of money that the shop owes, because the gateway refused them or the shopper's bank returned
 * them. The amount is what the gateway still has and what is not in dispute.
 */
async function repeatRefunds({ gateway, ledger, operator }: World, turn: number): Promise<number> {
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
    // A payment that is only authorized is voided as a whole, so no amount is given.
    const amount = entry?.state === 'CAPTURED' && heldInDispute(entry) > 0 ? { amount: left } : {};
    const input = { orderId, paymentId, ...amount };
    const answer = await call(ledger, 'refund.create', operator.refund.create, input, `again ${paymentId} ${turn}`);
    if (!answer.ok) await gateway.refund(paymentId);
  }
  return done;
}

/**
 * Refunds money that the shop owes although it knows a dispute about it as OPEN, because not every gateway reports how
 * a dispute ended. The amount is what the gateway still has and what is not in dispute.
 */
async function refundDespiteDisputes({ gateway, ledger, operator }: World, turn: number): Promise<number> {
  const { items } = await operator.dispute.list.query({ status: 'OPEN', limit: 100 });
  let done = 0;
  for (const { orderId, paymentId } of items) {
    const { status } = await operator.order.get.query({ orderId });
    const { items: payments } = await operator.payment.list.query({ orderId });
    const payment = payments.find(({ id }) => id === paymentId);
    const entry = await gateway.find(paymentId);
    const isOwed = payment?.status === 'CAPTURED' && (payment.surplus || status === 'CANCELED');
    if (!payment || !isOwed || entry?.state !== 'CAPTURED' || payment.refundReservedAmount > 0) continue;
    const amount = leftAtGateway(entry) - heldInDispute(entry);
    if (amount <= 0) continue;
    done += 1;
    const input = { orderId, paymentId, amount, despiteDispute: true };
    await call(ledger, 'refund.create', operator.refund.create, input, `despite ${paymentId} ${turn}`);
  }
  return done;
}

/** Cancels paid orders whose authorization the gateway has ended, unless something of the order has shipped. */
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
