import type { RouterOutputs } from '@commerce-core/client';
import { call, readUntilAnswered, type Answer } from '../shop/call.ts';
import { exchange } from './exchange.ts';
import { dispatchReady } from './ship.ts';
import type { Visit } from './visit.ts';

type Return = RouterOutputs['return']['request'];

const leftStatuses: readonly string[] = ['SHIPPED', 'IN_TRANSIT', 'DELIVERED', 'LOST', 'RETURNED'];
const labelCarrier = 'CJ';
const refundTries = 4;

/** Requests the return of units that have left, once or twice at once, and takes the returns as far as operators do. */
export async function sendBack(visit: Visit): Promise<void> {
  const {
    world: { chance, operator },
    name,
    order: { id: orderId },
  } = visit;
  const { items } = await readUntilAnswered(() => operator.shipment.list.query({ orderId }));
  const lines = items.filter(({ status }) => leftStatuses.includes(status)).flatMap((shipment) => shipment.lines);
  if (lines.length === 0) return;
  const line = chance.oneOf(`${name} returned line`, lines);
  const quantity = chance.whether(`${name} returns all`, 0.5)
    ? line.quantity
    : chance.whole(`${name} returned units`, 1, line.quantity);
  const numbers = chance.whether(`${name} returns twice`, 0.25) ? [1, 2] : [1];
  const requests = await Promise.all(numbers.map((number) => request(visit, number, line.lineNo, quantity)));
  for (const [index, answer] of requests.entries())
    if (answer.ok) await handleReturn(visit, answer.value, `${name} return ${index + 1}`);
}

const request = (
  { world: { chance, ledger }, name, order, customer }: Visit,
  number: number,
  lineNo: number,
  quantity: number,
): Promise<Answer<Return>> => {
  const key = `${name} return ${number}`;
  const input = {
    orderId: order.id,
    lines: [{ lineNo, quantity }],
    fault: chance.oneOf(`${key} fault`, ['SHOP', 'CUSTOMER', 'CARRIER'] as const),
    goods: chance.whether(`${key} kept`, 0.15) ? ('KEPT' as const) : ('EXPECTED' as const),
    reason: 'chaos',
  };
  return call(ledger, 'return.request', customer.return.request, input, key);
};

async function handleReturn(visit: Visit, { id: returnId, goods, lines }: Return, key: string): Promise<void> {
  const {
    world: { chance, ledger, operator },
    customer,
  } = visit;
  const next = chance.weighed(`${key} decision`, { approved: 82, declined: 8, canceled: 10 });
  if (next === 'declined')
    return void (await call(ledger, 'return.decline', operator.return.decline, { returnId }, `${key} decline`));
  if (next === 'canceled')
    return void (await call(ledger, 'return.cancel', customer.return.cancel, { returnId }, `${key} cancel`));
  const label = chance.whether(`${key} label`, 0.4) ? { carrier: labelCarrier, trackingNumber: `${key} label` } : {};
  await call(ledger, 'return.approve', operator.return.approve, { returnId, ...label }, `${key} approve`);
  if (goods === 'EXPECTED') for (const line of lines) await receive(visit, returnId, line, key);
  const exchanges = visit.isExchange ? 0 : 26;
  const ends = chance.weighed(`${key} end`, { refund: 44, replace: 22, exchange: exchanges, nothing: 8 });
  if (ends === 'refund') await refund(visit, returnId, key);
  if (ends === 'replace') await replace(visit, returnId, lines, key);
  if (ends === 'exchange') await exchange(visit, returnId, key);
  if (chance.whether(`${key} close`, 0.75))
    await call(ledger, 'return.close', operator.return.close, { returnId }, `${key} close`);
}

type Line = Return['lines'][number];

/** Receives the units of a line in one step or two. Some are written off, or never come. */
async function receive(
  { world: { chance, ledger, operator } }: Visit,
  returnId: string,
  { lineNo, requestedQty }: Line,
  key: string,
): Promise<void> {
  const first = chance.whole(`${key} first`, 1, requestedQty);
  const steps = [first, requestedQty - first].filter((quantity) => quantity > 0);
  for (const [step, quantity] of steps.entries()) {
    const becomes = chance.weighed(`${key} becomes ${step}`, { restockQty: 65, writeOffQty: 20, missingQty: 15 });
    const input = { returnId, lines: [{ lineNo, [becomes]: quantity }] };
    await call(ledger, 'return.receive', operator.return.receive, input, `${key} receive ${step}`);
  }
}

/** Refunds what came back; again when the order has changed since the preview. */
async function refund({ world: { chance, ledger, operator } }: Visit, returnId: string, key: string): Promise<void> {
  for (let turn = 1; turn <= refundTries; turn += 1) {
    const { orderVersion: expectedVersion } = await readUntilAnswered(() => operator.return.get.query({ returnId }));
    const { amount } = await readUntilAnswered(() => operator.return.preview.query({ returnId }));
    const fees = chance.whether(`${key} fee`, 0.25) && amount > 1 ? [{ name: 'Label', amount: 1 }] : [];
    const input = { returnId, expectedVersion, fees };
    const answer = await call(ledger, 'return.refund', operator.return.refund, input, `${key} refund ${turn}`);
    if (answer.ok || answer.code !== 'order_changed') return;
  }
}

/** Sends one unit of each line once more. */
async function replace(visit: Visit, returnId: string, lines: readonly Line[], key: string): Promise<void> {
  const { ledger, operator } = visit.world;
  const input = { returnId, lines: lines.map(({ lineNo }) => ({ lineNo, quantity: 1 })) };
  const answer = await call(ledger, 'return.replace', operator.return.replace, input, `${key} replace`);
  if (answer.ok) await dispatchReady(visit, true);
}
