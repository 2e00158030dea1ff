import { setTimeout as sleep } from 'node:timers/promises';
import type { RouterOutputs } from '@commerce-core/client';
import { present } from '../present.ts';
import { call, readUntilAnswered } from '../shop/call.ts';
import type { Order } from '../shop/world.ts';
import { sendBack } from './send-back.ts';
import { cancelUnits, ship } from './ship.ts';
import { cancel, waitUntil, type Visit } from './visit.ts';

type Money = RouterOutputs['payment']['list']['items'][number];

const captureMaxMs = 8_000;

/** What happens to a paid order, in percent. */
const weights = { ships: 50, cancels: 10, cancelsUnits: 6, refunds: 16, refundsLines: 12, nothing: 6 };

/** Captures, ships, cancels or refunds a visit's order once it is paid. */
export async function afterPayment(visit: Visit): Promise<void> {
  const { chance } = visit.world;
  const order = await waitUntil(visit, ({ status }) => status !== 'PAYMENT_PENDING', 10_000);
  if (order.status !== 'PAID') return;
  const next = chance.weighed(`${visit.name} fate`, weights);
  const canceledEarly = next === 'cancels' && chance.whether(`${visit.name} at once`, 0.5);
  if (!canceledEarly) await capture(visit);
  switch (next) {
    case 'ships':
      return shipAndWait(visit, order);
    case 'cancels':
      return void (await cancel(visit));
    case 'cancelsUnits':
      return cancelUnits(visit);
    case 'refunds':
      return refund(visit, order);
    case 'refundsLines':
      return refundLines(visit, order);
    case 'nothing':
  }
}

async function readPaidPayment({ customer, order }: Visit): Promise<Money | undefined> {
  const { items } = await readUntilAnswered(() => customer.payment.list.query({ orderId: order.id }));
  return items.find(({ status, surplus }) => (status === 'AUTHORIZED' || status === 'CAPTURED') && !surplus);
}

/** An operator captures an authorized payment: all of it, a part, or nothing. */
async function capture(visit: Visit): Promise<void> {
  const {
    world: { chance, ledger, operator },
    name,
  } = visit;
  const payment = await readPaidPayment(visit);
  if (payment?.status !== 'AUTHORIZED' || chance.whether(`${name} no capture`, 0.1)) return;
  // The shop captures by itself when the first parcel leaves, unless an operator is faster.
  if (payment.capture === 'DISPATCH' && !chance.whether(`${name} captures early`, 0.1)) return;
  const { id: paymentId, authorizedAmount } = payment;
  const part = chance.whether(`${name} part`, 0.2) ? { amount: Math.ceil(authorizedAmount / 2) } : {};
  await call(ledger, 'payment.capture', operator.payment.capture, { paymentId, ...part }, `${name} capture`);
  const giveUpAt = performance.now() + captureMaxMs;
  while ((await readPaidPayment(visit))?.status === 'AUTHORIZED' && performance.now() < giveUpAt) await sleep(300);
}

/** Ships the order. Afterwards it may be canceled, which is refused, sent back, or refunded without a return. */
async function shipAndWait(visit: Visit, order: Order): Promise<void> {
  const {
    world: { chance },
    name,
  } = visit;
  await ship(visit);
  if (chance.whether(`${name} cancels shipped`, 0.2)) await cancel(visit);
  if (chance.whether(`${name} returns`, 0.45)) await sendBack(visit);
  else if (chance.whether(`${name} sends back`, 0.2)) await refund(visit, order);
}

/** Refunds everything, a part, or two parts at once that exceed the balance. */
async function refund(visit: Visit, { id: orderId }: Order): Promise<void> {
  const {
    world: { chance, ledger, operator },
    name,
  } = visit;
  const money = await readPaidPayment(visit);
  const share = (of: number) => ({ amount: Math.max(1, Math.floor((money?.capturedAmount ?? 0) * of)) });
  const parts = { whole: [{}], part: [share(0.3)], twoAtOnce: [share(0.6), share(0.7)] };
  const asked = parts[chance.weighed(`${name} refund`, { whole: 40, part: 35, twoAtOnce: 25 })];
  await Promise.all(
    asked.map((amount, index) =>
      call(ledger, 'refund.create', operator.refund.create, { orderId, ...amount }, `${name} refund ${index}`),
    ),
  );
}

/** Refunds one unit of the first line, with or without restocking. */
async function refundLines({ world: { chance, ledger, operator }, name }: Visit, order: Order): Promise<void> {
  const line = present(
    order.lines.find(({ kind }) => kind === 'PRODUCT'),
    'line',
  );
  const lines = [{ lineNo: line.lineNo, quantity: 1, restock: chance.whether(`${name} restock`, 0.7) }];
  await call(ledger, 'refund.create', operator.refund.create, { orderId: order.id, lines }, `${name} refund line`);
}
