import type { Client } from '@commerce-core/api/client';
import { call } from '../shop/call.ts';
import type { Order, World } from '../shop/world.ts';
import { afterwards } from './afterwards.ts';
import { shares, ways } from './ways.ts';

/**
 * One shopper's whole life with the shop. Resolves when nothing is left to do at once; what comes much later goes to
 * `rest`, so that a patient shopper keeps nobody waiting.
 */
export async function shop(world: World, n: number, rest: (work: Promise<void>) => void): Promise<void> {
  const name = `shopper ${n}`;
  const customer = await world.customer(n);
  const order = await place(world, name, customer);
  if (!order) return;
  const visit = { world, name, customer, order, attempts: 0 };
  const later = await ways[world.chance.weighed(`${name} way`, shares)](visit);
  if (later) rest(later().then(() => afterwards(visit)));
  else await afterwards(visit);
}

/** An order of some units of some products; of fewer ones, where there isn't enough. */
async function place(world: World, name: string, customer: Client): Promise<Order | undefined> {
  const { chance, ledger, products } = world;
  const kinds = chance.whole(`${name} lines`, 1, 3);
  const productIds = new Set(
    Array.from({ length: kinds }, (_, line) => chance.oneOf(`${name} line ${line}`, products).id),
  );
  for (const most of [3, 1]) {
    const lines = [...productIds].map((productId, line) => ({
      productId,
      quantity: chance.whole(`${name} quantity ${line} ${most}`, 1, most),
    }));
    const key = `${name} order ${most}`;
    const answer = await call(ledger, 'order.create', customer.order.create, { lines, reference: key }, key);
    if (answer.ok) return answer.value;
    if (answer.code !== 'insufficient_stock') return undefined;
  }
  return undefined;
}
