import { setTimeout as sleep } from 'node:timers/promises';
import type { RouterOutputs } from '@commerce-core/api/client';
import { call } from '../shop/call.ts';
import type { Order } from '../shop/world.ts';
import { cancel, waitUntil, type Visit } from './visit.ts';

type Money = RouterOutputs['payment']['list']['items'][number];

const captureSeenMs = 8_000;

/** What befalls a paid order: its money is taken or let go, it is shipped, canceled or sent back. */
const fates = { ships: 42, cancels: 14, refunds: 20, refundsLines: 14, nothing: 10 };

export async function afterwards(visit: Visit): Promise<void> {
  const { chance } = visit.world;
  const order = await waitUntil(visit, ({ status }) => status !== 'PAYMENT_PENDING', 10_000);
  if (order.status !== 'PAID') return;
  const fate = chance.weighed(`${visit.name} fate`, fates);
  const canceledEarly = fate === 'cancels' && chance.whether(`${visit.name} at once`, 0.5);
  if (!canceledEarly) await capture(visit);
  switch (fate) {
    case 'ships':
      return ship(visit);
    case 'cancels':
      return void (await cancel(visit));
    case 'refunds':
      return refund(visit, order);
    case 'refundsLines':
      return refundLines(visit, order);
    case 'nothing':
  }
}

async function paidBy({ customer, order }: Visit): Promise<Money | undefined> {
  const { items } = await customer.payment.list.query({ orderId: order.id });
  return items.find(({ status, surplus }) => (status === 'AUTHORIZED' || status === 'CAPTURED') && !surplus);
}

/** An operator has the money taken that is only authorized: all of it, a part, or none. */
async function capture(visit: Visit): Promise<void> {
  const {
    world: { chance, ledger, operator },
    name,
  } = visit;
  const payment = await paidBy(visit);
  if (payment?.status !== 'AUTHORIZED' || chance.whether(`${name} no capture`, 0.1)) return;
  const { id: paymentId, authorizedAmount } = payment;
  const part = chance.whether(`${name} part`, 0.2) ? { amount: Math.ceil(authorizedAmount / 2) } : {};
  await call(ledger, 'payment.capture', operator.payment.capture, { paymentId, ...part }, `${name} capture`);
  const giveUpAt = performance.now() + captureSeenMs;
  while ((await paidBy(visit))?.status === 'AUTHORIZED' && performance.now() < giveUpAt) await sleep(300);
}

async function ship(visit: Visit): Promise<void> {
  const {
    world: { chance, ledger, operator },
    name,
    order,
  } = visit;
  const { items } = await operator.shipment.list.query({ orderId: order.id });
  const shipment = items.find(({ status }) => status === 'READY');
  if (!shipment) return;
  const { id: shipmentId } = shipment;
  const parcel = { shipmentId, carrier: 'CJ', trackingNumber: name };
  await call(ledger, 'shipment.dispatch', operator.shipment.dispatch, parcel, `${name} dispatch`);
  if (chance.whether(`${name} cancels shipped`, 0.2)) await cancel(visit);
  if (chance.whether(`${name} arrives`, 0.7)) {
    await call(ledger, 'shipment.deliver', operator.shipment.deliver, { shipmentId }, `${name} deliver`);
  }
  if (chance.whether(`${name} sends back`, 0.2)) await refund(visit, order);
}

/** In whole, in part, or two parts at once that are more than there is. */
async function refund(visit: Visit, { id: orderId }: Order): Promise<void> {
  const {
    world: { chance, ledger, operator },
    name,
  } = visit;
  const money = await paidBy(visit);
  const share = (of: number) => ({ amount: Math.max(1, Math.floor((money?.capturedAmount ?? 0) * of)) });
  const parts = { whole: [{}], part: [share(0.3)], twoAtOnce: [share(0.6), share(0.7)] };
  const asked = parts[chance.weighed(`${name} refund`, { whole: 40, part: 35, twoAtOnce: 25 })];
  await Promise.all(
    asked.map((amount, index) =>
      call(ledger, 'refund.create', operator.refund.create, { orderId, ...amount }, `${name} refund ${index}`),
    ),
  );
}

/** One unit of the first line, for sale again or not. */
async function refundLines({ world: { chance, ledger, operator }, name }: Visit, order: Order): Promise<void> {
  const line = order.lines.find(({ kind }) => kind === 'PRODUCT')!;
  const lines = [{ lineNo: line.lineNo, quantity: 1, restock: chance.whether(`${name} restock`, 0.7) }];
  await call(ledger, 'refund.create', operator.refund.create, { orderId: order.id, lines }, `${name} refund line`);
}
