import type { Client } from '@commerce-core/api/client';
import { call } from '../shop/call.ts';
import type { Order, World } from '../shop/world.ts';
import { afterPayment } from './after-payment.ts';
import { behaviors, shares } from './behaviors.ts';

/**
 * Runs one shopper: an order, attempts to pay it, and what happens afterwards. A shopper who waits for an expiry or a
 * deposit continues in a promise given to `later`, so that the next shopper can start.
 */
export async function runShopper(world: World, n: number, later: (work: Promise<void>) => void): Promise<void> {
  const name = `shopper ${n}`;
  const customer = await world.customer(n);
  const order = await placeOrder(world, name, customer);
  if (!order) return;
  const visit = { world, name, customer, order, attempts: 0 };
  const rest = await behaviors[world.chance.weighed(`${name} way`, shares)](visit);
  if (rest) later(rest().then(() => afterPayment(visit)));
  else await afterPayment(visit);
}

/** Places an order of up to 3 units each of up to 3 products, or of 1 unit each when stock is short. */
async function placeOrder(world: World, name: string, customer: Client): Promise<Order | undefined> {
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
