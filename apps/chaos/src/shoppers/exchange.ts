import { commerceErrorOf } from '@commerce-core/client';
import { call, readUntilAnswered } from '../shop/call.ts';
import type { Order } from '../shop/world.ts';
import type { Visit } from './visit.ts';

/**
 * Exchanges a return for other goods, once or twice at once. The shopper continues with the new order as with their
 * own: pays what is left, or doesn't, so that the units are owed again.
 */
export async function exchange(visit: Visit, returnId: string, key: string): Promise<void> {
  const {
    world: { chance, ledger, operator, products },
  } = visit;
  const goods = { productId: chance.oneOf(`${key} goods`, products).id, quantity: chance.whole(`${key} units`, 1, 3) };
  const fees = chance.whether(`${key} exchange fee`, 0.2) ? [{ name: 'Label', amount: 1 }] : [];
  const input = { returnId, fees, order: { lines: [goods], reference: key } };
  const seen = chance.whether(`${key} quote`, 0.5) ? await readQuote(visit, input) : {};
  const numbers = chance.whether(`${key} exchanges twice`, 0.25) ? [1, 2] : [1];
  const asked = { ...input, order: { ...input.order, ...seen } };
  const answers = await Promise.all(
    numbers.map((number) =>
      call(ledger, 'return.exchange', operator.return.exchange, asked, `${key} exchange ${number}`),
    ),
  );
  for (const [index, answer] of answers.entries())
    if (answer.ok) await goOnWith(visit, answer.value, `${key} exchange ${index + 1}`);
}

type Input = {
  returnId: string;
  fees: { name: string; amount: number }[];
  order: { lines: { productId: string; quantity: number }[] };
};

/** The total that the operator has seen; none where the exchange is refused. */
async function readQuote({ world: { operator } }: Visit, input: Input): Promise<{ expectedTotalAmount?: number }> {
  try {
    const { totalAmount } = await readUntilAnswered(() => operator.return.previewExchange.query(input));
    return { expectedTotalAmount: totalAmount };
  } catch (error) {
    if (commerceErrorOf(error)) return {};
    throw error;
  }
}

async function goOnWith(visit: Visit, order: Order, name: string): Promise<void> {
  const {
    world: { chance, ledger, operator },
  } = visit;
  await visit.goOn({ ...visit, name, order, attempts: 0, isExchange: true });
  if (!chance.whether(`${name} credit back`, 0.25)) return;
  const input = chance.whether(`${name} credit in part`, 0.5)
    ? { orderId: order.id, amount: 1 }
    : { orderId: order.id };
  await call(ledger, 'return.refundCredit', operator.return.refundCredit, input, `${name} credit back`);
}
