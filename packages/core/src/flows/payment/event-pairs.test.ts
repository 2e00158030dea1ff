import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewayEventTypes, type GatewayEventType } from '../../gateway-inbox/gateway-event.ts';
import { present } from '../../testing/only.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

/** Brings a payment of 2,000 KRW, for 2 of 10 units, into each state before the event. */
const createStates: Record<string, () => Promise<Attempt>> = {
  CREATED: () => shop.createAttempt(),
  PENDING: () => afterEvent(shop.createAttempt(), 'PENDING'),
  FAILED: () => afterEvent(shop.createAttempt(), 'FAILED'),
  AUTHORIZED: () => shop.createPaidAttempt('AUTHORIZED'),
  CAPTURED: () => shop.createPaidAttempt('CAPTURED'),
  REVIEW: () => afterEvent(shop.createAttempt(), 'AUTHORIZED', 700),
  CANCELED: async () => afterCancel(await shop.createAttempt()),
  EXPIRED: async () => {
    const attempt = await shop.createAttempt();
    await shop.expireTestOrder(attempt.orderId);
    await shop.callGatewaysNow();
    await shop.expireTestOrder(attempt.orderId);
    return attempt;
  },
  // The approval came after the cancel, and its refund is requested.
  RETURNING: async () => afterEvent(afterCancel(await shop.createAttempt()), 'AUTHORIZED'),
  // The authorization was voided after the cancel.
  VOIDED: async () => {
    const attempt = await afterCancel(await shop.createPaidAttempt('AUTHORIZED'));
    await shop.callGatewaysNow();
    return attempt;
  },
};

async function afterEvent(created: Promise<Attempt>, type: GatewayEventType, amount?: number): Promise<Attempt> {
  const attempt = await created;
  await shop.sendWebhook(type, attempt.payment, { amount: amount ?? attempt.payment.amount });
  return attempt;
}

async function afterCancel(attempt: Attempt): Promise<Attempt> {
  await shop.commerce.cancelOrder({ orderId: attempt.orderId });
  return attempt;
}

/**
 * A line without indent is a state: payment, order, stock (available, reserved), refunds and attention. An indented
 * line is an event, its decision (in parentheses: the event is ignored) and the state afterwards. A dot is an unchanged
 * cell.
 */
const pairs = `
CREATED                               CREATED     PAYMENT_PENDING  10 2  -                         -
  PENDING         payment_pending     PENDING     ·                ·     ·                         ·
  AUTHORIZED      order_paid          AUTHORIZED  PAID             8 0   ·                         ·
  CAPTURED        order_paid          CAPTURED    PAID             8 0   ·                         ·
  FAILED          payment_failed      FAILED      PAYMENT_FAILED   10 0  ·                         ·
  CANCELED        payment_failed      FAILED      PAYMENT_FAILED   10 0  ·                         ·
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        UNMATCHED           ·           ·                ·     ·                         ·
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
PENDING                               PENDING     PAYMENT_PENDING  10 2  -                         -
  PENDING         (already_pending)   ·           ·                ·     ·                         ·
  AUTHORIZED      order_paid          AUTHORIZED  PAID             8 0   ·                         ·
  CAPTURED        order_paid          CAPTURED    PAID             8 0   ·                         ·
  FAILED          payment_failed      FAILED      PAYMENT_FAILED   10 0  ·                         ·
  CANCELED        payment_failed      FAILED      PAYMENT_FAILED   10 0  ·                         ·
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        UNMATCHED           ·           ·                ·     ·                         ·
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
FAILED                                FAILED      PAYMENT_FAILED   10 0  -                         -
  PENDING         (already_noted)     ·           ·                ·     ·                         ·
  AUTHORIZED      order_paid          AUTHORIZED  PAID             8 0   ·                         ·
  CAPTURED        order_paid          CAPTURED    PAID             8 0   ·                         ·
  FAILED          (already_failed)    ·           ·                ·     ·                         ·
  CANCELED        (already_failed)    ·           ·                ·     ·                         ·
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        UNMATCHED           ·           ·                ·     ·                         ·
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
AUTHORIZED                            AUTHORIZED  PAID             8 0   -                         -
  PENDING         (already_noted)     ·           ·                ·     ·                         ·
  AUTHORIZED      (already_approved)  ·           ·                ·     ·                         ·
  CAPTURED        payment_captured    CAPTURED    ·                ·     ·                         ·
  FAILED          (approved_before)   ·           ·                ·     ·                         ·
  CANCELED        authorization_lost  CANCELED    ·                ·     ·                         authorization_lost
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        UNMATCHED           ·           ·                ·     ·                         ·
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
CAPTURED                              CAPTURED    PAID             8 0   -                         -
  PENDING         (already_noted)     ·           ·                ·     ·                         ·
  AUTHORIZED      (already_approved)  ·           ·                ·     ·                         ·
  CAPTURED        (already_approved)  ·           ·                ·     ·                         ·
  FAILED          (approved_before)   ·           ·                ·     ·                         ·
  CANCELED        (approved_before)   ·           ·                ·     ·                         ·
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        refund_recorded     ·           ·                ·     REFUND SUCCEEDED gateway  refunded_at_gateway
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
REVIEW                                REVIEW      PAYMENT_PENDING  10 2  -                         amount_mismatch
  PENDING         (already_noted)     ·           ·                ·     ·                         ·
  AUTHORIZED      (amount_mismatch)   ·           ·                ·     ·                         ·
  CAPTURED        (amount_mismatch)   ·           ·                ·     ·                         ·
  FAILED          (under_review)      ·           ·                ·     ·                         ·
  CANCELED        authorization_lost  CANCELED    PAYMENT_FAILED   10 0  ·                         -
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        UNMATCHED           ·           ·                ·     ·                         ·
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
CANCELED                              CANCELED    CANCELED         10 0  -                         -
  PENDING         (already_noted)     ·           ·                ·     ·                         ·
  AUTHORIZED      surplus             AUTHORIZED surplus  ·        ·     VOID REQUESTED surplus    refund_due
  CAPTURED        surplus             CAPTURED surplus  ·          ·     REFUND REQUESTED surplus  refund_due
  FAILED          (canceled_before)   ·           ·                ·     ·                         ·
  CANCELED        (canceled_before)   ·           ·                ·     ·                         ·
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        UNMATCHED           ·           ·                ·     ·                         ·
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
EXPIRED                               CANCELED    EXPIRED          10 0  -                         -
  PENDING         (already_noted)     ·           ·                ·     ·                         ·
  AUTHORIZED      order_paid          AUTHORIZED  PAID             8 0   ·                         ·
  CAPTURED        order_paid          CAPTURED    PAID             8 0   ·                         ·
  FAILED          (canceled_before)   ·           ·                ·     ·                         ·
  CANCELED        (canceled_before)   ·           ·                ·     ·                         ·
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        UNMATCHED           ·           ·                ·     ·                         ·
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
RETURNING                             AUTHORIZED surplus  CANCELED  10 0  VOID REQUESTED surplus   refund_due
  PENDING         (already_noted)     ·           ·                ·     ·                         ·
  AUTHORIZED      (already_approved)  ·           ·                ·     ·                         ·
  CAPTURED        UNMATCHED           ·           ·                ·     ·                         ·
  FAILED          (approved_before)   ·           ·                ·     ·                         ·
  CANCELED        payment_voided      CANCELED surplus  ·          ·     VOID SUCCEEDED surplus    -
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        UNMATCHED           ·           ·                ·     ·                         ·
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
VOIDED                                CANCELED    CANCELED         10 0  VOID SUCCEEDED order_canceled  -
  PENDING         (already_noted)     ·           ·                ·     ·                         ·
  AUTHORIZED      (already_refunded)  ·           ·                ·     ·                         ·
  CAPTURED        (already_refunded)  ·           ·                ·     ·                         ·
  FAILED          (canceled_before)   ·           ·                ·     ·                         ·
  CANCELED        (canceled_before)   ·           ·                ·     ·                         ·
  ATTEMPT_FAILED  attempt_noted       ·           ·                ·     ·                         ·
  REFUND_PENDING  (already_noted)     ·           ·                ·     ·                         ·
  REFUNDED        (already_refunded)  ·           ·                ·     ·                         ·
  REFUND_FAILED   (already_noted)     ·           ·                ·     ·                         ·
  DISPUTE_OPENED  dispute_opened      ·           ·                ·     ·                         dispute
  DISPUTE_WON     dispute_closed      ·           ·                ·     ·                         ·
  DISPUTE_LOST    dispute_closed      ·           ·                ·     ·                         dispute
  CHANGED         polls_gateway       ·           ·                ·     ·                         ·
  OTHER           (unknown)           ·           ·                ·     ·                         ·
`;

const [states, rows] = parsePairs(pairs);

test.each(rows)('the state $before returns $decision for $type', async ({ before, type, decision, after }) => {
  const attempt = await present(createStates[before], before)();
  const cellsBefore = present(states.get(before), before);
  expect(await readCells(attempt)).toEqual(cellsBefore);
  const message = /^(REFUND|DISPUTE)/.test(type) ? { objectId: 'made_there' } : {};
  const { outcome, effect } = await shop.sendWebhook(type, attempt.payment, message);
  const written: Record<string, string> = {
    APPLIED: `${effect}`,
    IGNORED_STALE: `(${effect})`,
    IGNORED_UNKNOWN: '(unknown)',
  };
  expect(written[outcome] ?? outcome).toBe(decision);
  expect(await readCells(attempt)).toEqual(
    cellsBefore.map((cell, index) => (after[index] === '·' ? cell : after[index])),
  );
});

test('the table has every pair of a state and an event type', () => {
  const expected = Object.keys(createStates).flatMap((before) => gatewayEventTypes.map((type) => `${before} ${type}`));
  expect(rows.map(({ before, type }) => `${before} ${type}`).toSorted()).toEqual(expected.toSorted());
});

async function readCells(attempt: Attempt): Promise<string[]> {
  const { payment, order, stock, refunds, attention } = await shop.readState(attempt);
  return [payment, order, stock, refunds.join(', ').replaceAll(' 2000', '') || '-', attention ?? '-'];
}

type Pair = { before: string; type: GatewayEventType; decision: string; after: string[] };

function parsePairs(text: string): [Map<string, string[]>, Pair[]] {
  const states = new Map<string, string[]>();
  const rows: Pair[] = [];
  let before = '';
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [name = '', ...cells] = line.trim().split(/ {2,}/);
    const [decision = '', ...after] = cells;
    const type = gatewayEventTypes.find((each) => each === name);
    if (line.startsWith(' ')) rows.push({ before, type: present(type, name), decision, after });
    else states.set((before = name), cells);
  }
  return [states, rows];
}
