import type { World } from '../shop/world.ts';
import { afterPayment } from './after-payment.ts';
import { behaviors, shares } from './behaviors.ts';
import { placeOrder } from './place-order.ts';
import type { Visit } from './visit.ts';

/**
 * Runs one shopper: an order, attempts to pay it, and what happens afterwards. A shopper who waits for an expiry or a
 * deposit continues in a promise given to `later`, so that the next shopper can start. So do carriers with parcels.
 */
export async function runShopper(world: World, n: number, later: (work: Promise<void>) => void): Promise<void> {
  const name = `shopper ${n}`;
  const isGuest = world.chance.whether(`${name} has no account`, 0.2);
  const placing = isGuest ? world.guest() : await world.customer(n);
  const order = await placeOrder(world, name, placing, isGuest);
  if (!order) return;
  const customer = isGuest ? world.guest(order.accessToken) : placing;
  await goOn({ world, name, customer, order, attempts: 0, isExchange: false, goOn, later });
}

async function goOn(visit: Visit): Promise<void> {
  // A return may have paid for all of the order.
  const isPaid = visit.order.status === 'PAID';
  const rest = isPaid ? undefined : await behaviors[visit.world.chance.weighed(`${visit.name} way`, shares)](visit);
  if (rest) visit.later(rest().then(() => afterPayment(visit)));
  else await afterPayment(visit);
}
