import { afterAll, beforeAll, expect, test } from 'vitest';
import { gatewayEventTypes, type GatewayEventType } from '../../gateway-inbox/gateway-event.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

/** How an attempt over 2 of 10 units, 2,000 KRW, comes to be what it is before the gateway speaks. */
const begin: Record<string, () => Promise<Attempt>> = {
  CREATED: () => shop.createAttempt(),
  PENDING: () => after(shop.createAttempt(), 'PENDING'),
  FAILED: () => after(shop.createAttempt(), 'FAILED'),
  AUTHORIZED: () => shop.createPaidAttempt('AUTHORIZED'),
  CAPTURED: () => shop.createPaidAttempt('CAPTURED'),
  REVIEW: async () => {
    const attempt = await shop.createAttempt();
    await shop.sendWebhook('AUTHORIZED', attempt.payment, { amount: 700 });
    return attempt;
  },
  // Its order was canceled before the money came …
  CANCELED: async () => cancel(await shop.createAttempt()),
  // … or nobody paid in time …
  EXPIRED: async () => {
    const attempt = await shop.createAttempt();
    await shop.expireTestOrder(attempt.orderId);
    await shop.callGatewaysNow();
    await shop.expireTestOrder(attempt.orderId);
    return attempt;
  },
  // … or the money came all the same, and is going back …
  RETURNING: async () => after(cancel(await shop.createAttempt()), 'AUTHORIZED'),
  // … or has gone back.
  VOIDED: async () => {
    const attempt = await cancel(await shop.createPaidAttempt('AUTHORIZED'));
    await shop.callGatewaysNow();
    return attempt;
  },
};

async function after(begun: Promise<Attempt>, type: GatewayEventType): Promise<Attempt> {
  const attempt = await begun;
  await shop.sendWebhook(type, attempt.payment);
  return attempt;
}

async function cancel(attempt: Attempt): Promise<Attempt> {
  await shop.commerce.cancelOrder({ orderId: attempt.orderId });
  return attempt;
}

/**
 * What the gateway says next, exactly as asked for, and what it leads to: the decision, in parentheses where nothing is
 * done; then payment, order, stock [on hand, reserved], refunds and attention, where they are other than before.
 */
const pairs = `
CREATED                                 CREATED             PAYMENT_PENDING  10 2  -                          -
  PENDING         payment_pending       PENDING             ·               ·     ·                          ·
  AUTHORIZED      order_paid            AUTHORIZED          PAID            8 0   ·                          ·
  CAPTURED        order_paid            CAPTURED            PAID            8 0   ·                          ·
  FAILED          payment_failed        FAILED              PAYMENT_FAILED  10 0  ·                          ·
  CANCELED        payment_failed        FAILED              PAYMENT_FAILED  10 0  ·                          ·
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        UNMATCHED             ·                   ·               ·     ·                          ·
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
PENDING                                 PENDING             PAYMENT_PENDING  10 2  -                          -
  PENDING         (already_pending)     ·                   ·               ·     ·                          ·
  AUTHORIZED      order_paid            AUTHORIZED          PAID            8 0   ·                          ·
  CAPTURED        order_paid            CAPTURED            PAID            8 0   ·                          ·
  FAILED          payment_failed        FAILED              PAYMENT_FAILED  10 0  ·                          ·
  CANCELED        payment_failed        FAILED              PAYMENT_FAILED  10 0  ·                          ·
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        UNMATCHED             ·                   ·               ·     ·                          ·
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
FAILED                                  FAILED              PAYMENT_FAILED  10 0  -                          -
  PENDING         (already_noted)       ·                   ·               ·     ·                          ·
  AUTHORIZED      order_paid            AUTHORIZED          PAID            8 0   ·                          ·
  CAPTURED        order_paid            CAPTURED            PAID            8 0   ·                          ·
  FAILED          (already_failed)      ·                   ·               ·     ·                          ·
  CANCELED        (already_failed)      ·                   ·               ·     ·                          ·
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        UNMATCHED             ·                   ·               ·     ·                          ·
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
AUTHORIZED                              AUTHORIZED          PAID            8 0   -                          -
  PENDING         (already_noted)       ·                   ·               ·     ·                          ·
  AUTHORIZED      (already_approved)     ·                   ·               ·     ·                          ·
  CAPTURED        payment_captured      CAPTURED            ·               ·     ·                          ·
  FAILED          (approved_before)      ·                   ·               ·     ·                          ·
  CANCELED        (authorization_lost)  ·                   ·               ·     ·                          authorization_lost
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        UNMATCHED             ·                   ·               ·     ·                          ·
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
CAPTURED                                CAPTURED            PAID            8 0   -                          -
  PENDING         (already_noted)       ·                   ·               ·     ·                          ·
  AUTHORIZED      (already_approved)     ·                   ·               ·     ·                          ·
  CAPTURED        (already_approved)     ·                   ·               ·     ·                          ·
  FAILED          (approved_before)      ·                   ·               ·     ·                          ·
  CANCELED        (approved_before)      ·                   ·               ·     ·                          ·
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        refund_recorded       ·                   ·               ·     REFUND SUCCEEDED gateway   refunded_at_gateway
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
REVIEW                                  REVIEW              PAYMENT_PENDING  10 2  -                          amount_mismatch
  PENDING         (already_noted)       ·                   ·               ·     ·                          ·
  AUTHORIZED      (amount_mismatch)     ·                   ·               ·     ·                          ·
  CAPTURED        (amount_mismatch)     ·                   ·               ·     ·                          ·
  FAILED          (under_review)        ·                   ·               ·     ·                          ·
  CANCELED        (authorization_lost)  ·                   ·               ·     ·                          authorization_lost
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        UNMATCHED             ·                   ·               ·     ·                          ·
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
CANCELED                                CANCELED            CANCELED        10 0  -                          -
  PENDING         (already_noted)       ·                   ·               ·     ·                          ·
  AUTHORIZED      surplus               AUTHORIZED surplus  ·               ·     VOID REQUESTED surplus     refund_due
  CAPTURED        surplus               CAPTURED surplus    ·               ·     REFUND REQUESTED surplus   refund_due
  FAILED          (canceled_before)     ·                   ·               ·     ·                          ·
  CANCELED        (canceled_before)     ·                   ·               ·     ·                          ·
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        UNMATCHED             ·                   ·               ·     ·                          ·
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
EXPIRED                                 CANCELED            EXPIRED         10 0  -                          -
  PENDING         (already_noted)       ·                   ·               ·     ·                          ·
  AUTHORIZED      order_paid            AUTHORIZED          PAID            8 0   ·                          ·
  CAPTURED        order_paid            CAPTURED            PAID            8 0   ·                          ·
  FAILED          (canceled_before)     ·                   ·               ·     ·                          ·
  CANCELED        (canceled_before)     ·                   ·               ·     ·                          ·
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        UNMATCHED             ·                   ·               ·     ·                          ·
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
RETURNING                               AUTHORIZED surplus  CANCELED        10 0  VOID REQUESTED surplus     refund_due
  PENDING         (already_noted)       ·                   ·               ·     ·                          ·
  AUTHORIZED      (already_approved)     ·                   ·               ·     ·                          ·
  CAPTURED        UNMATCHED             ·                   ·               ·     ·                          ·
  FAILED          (approved_before)      ·                   ·               ·     ·                          ·
  CANCELED        payment_voided        CANCELED surplus    ·               ·     VOID SUCCEEDED surplus     -
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        UNMATCHED             ·                   ·               ·     ·                          ·
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
VOIDED                                  CANCELED            CANCELED        10 0  VOID SUCCEEDED order_canceled  -
  PENDING         (already_noted)       ·                   ·               ·     ·                          ·
  AUTHORIZED      (already_refunded)    ·                   ·               ·     ·                          ·
  CAPTURED        (already_refunded)    ·                   ·               ·     ·                          ·
  FAILED          (canceled_before)     ·                   ·               ·     ·                          ·
  CANCELED        (canceled_before)     ·                   ·               ·     ·                          ·
  ATTEMPT_FAILED  attempt_noted         ·                   ·               ·     ·                          ·
  REFUND_PENDING  (already_noted)       ·                   ·               ·     ·                          ·
  REFUNDED        (already_refunded)    ·                   ·               ·     ·                          ·
  REFUND_FAILED   (already_noted)       ·                   ·               ·     ·                          ·
  DISPUTE_OPENED  dispute_opened        ·                   ·               ·     ·                          dispute
  DISPUTE_WON     dispute_closed        ·                   ·               ·     ·                          ·
  DISPUTE_LOST    dispute_closed        ·                   ·               ·     ·                          dispute
  CHANGED         polls_gateway          ·                   ·               ·     ·                          ·
  OTHER           (unknown)             ·                   ·               ·     ·                          ·
`;

const blank = '·';
const [states, rows] = parse(pairs);

test.each(rows)('$before, then $type: $decision', async ({ before, type, decision, after }) => {
  const attempt = await begin[before]!();
  expect(await shown(attempt)).toEqual(states.get(before));
  const ofSomethingElse = /^(REFUND|DISPUTE)/.test(type) ? { objectId: 'made_there' } : {};
  const { outcome, effect } = await shop.sendWebhook(type, attempt.payment, ofSomethingElse);
  const decided = { APPLIED: `${effect}`, IGNORED_STALE: `(${effect})`, IGNORED_UNKNOWN: '(unknown)' } as Record<
    string,
    string
  >;
  expect(decided[outcome] ?? outcome).toBe(decision);
  expect(await shown(attempt)).toEqual(
    states.get(before)!.map((cell, index) => (after[index] === blank ? cell : after[index])),
  );
});

test('no pair is left out', () => {
  const expected = Object.keys(begin).flatMap((before) => gatewayEventTypes.map((type) => `${before} ${type}`));
  expect(rows.map(({ before, type }) => `${before} ${type}`).toSorted()).toEqual(expected.toSorted());
});

async function shown(attempt: Attempt): Promise<string[]> {
  const { payment, order, stock, refunds, attention } = await shop.readState(attempt);
  return [payment, order, stock, refunds.join(', ').replaceAll(' 2000', '') || '-', attention ?? '-'];
}

type Pair = { before: string; type: GatewayEventType; decision: string; after: string[] };

function parse(text: string): [Map<string, string[]>, Pair[]] {
  const states = new Map<string, string[]>();
  const rows: Pair[] = [];
  let before = '';
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [first, ...cells] = line.trim().split(/ {2,}/);
    if (line.startsWith(' '))
      rows.push({ before, type: first as GatewayEventType, decision: cells[0]!, after: cells.slice(1) });
    else states.set((before = first!), cells);
  }
  return [states, rows];
}
