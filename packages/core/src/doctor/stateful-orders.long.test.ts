import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Commerce } from '../commerce.ts';
import { CommerceError } from '../errors.ts';
import { newId } from '../ids.ts';
import { orderStatuses } from '../order/order.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';

type Payment = Awaited<ReturnType<Commerce['createPayment']>>;

/** What everybody in the shop gets at: two of them often want the same. */
type Commons = { shop: TestShop; products: string[]; orders: string[]; payments: Payment[]; eventIds: string[] };

/** One of those who do to a shop whatever comes to their mind; only refusals that were decided are let pass. */
async function live(
  { shop, products, orders, payments, eventIds }: Commons,
  until: number,
  seed: number,
): Promise<number> {
  const { commerce, sendWebhook } = shop;
  const random = seededRandom(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const one = <T>(all: readonly T[]): T | undefined => all[below(all.length)];

  const message = (payment: Payment) => {
    const eventId = below(4) === 0 ? one(eventIds) : undefined;
    const amount = below(8) === 0 ? payment.amount + below(3) - 1 : payment.amount;
    return { amount, ...(below(12) === 0 ? { currency: 'USD' } : {}), ...(eventId ? { eventId } : {}) };
  };
  const hear = async (type: 'AUTHORIZED' | 'FAILED') => {
    const payment = one(payments);
    if (!payment) return;
    const { eventId = newId(), ...rest } = message(payment);
    eventIds.push(eventId);
    await sendWebhook(type, payment, { eventId, ...rest });
  };
  const moveParcel = async (orderId: string) => {
    const parcel = one(await commerce.listShipments({ orderId }));
    if (!parcel) return;
    const shipmentId = parcel.id;
    if (parcel.status === 'READY') {
      await commerce.dispatchShipment({ shipmentId, carrier: 'Pigeon Post', trackingNumber: 'P-1' });
    } else if (below(2) === 0) await commerce.markShipmentInTransit({ shipmentId });
    else await commerce.deliverShipment({ shipmentId });
  };
  const actions: [weight: number, act: () => Promise<unknown>][] = [
    [
      6,
      async () => {
        const basket = Object.fromEntries(Array.from({ length: 1 + below(3) }, () => [one(products)!, 1 + below(3)]));
        orders.push((await shop.createTestOrder(basket)).id);
      },
    ],
    [
      8,
      async () => {
        payments.push(await commerce.createPayment({ orderId: one(orders) ?? '', provider: 'mock' }));
      },
    ],
    [8, () => hear('AUTHORIZED')],
    [5, () => hear('FAILED')],
    [2, () => commerce.cancelOrder({ orderId: one(orders) ?? '' })],
    [3, () => moveParcel(one(orders) ?? '')],
    [1, () => commerce.clearAttention({ orderId: one(orders) ?? '' })],
    [1, () => commerce.receiveStock({ productId: one(products)!, quantity: 1 + below(5) })],
    [
      1,
      async () => {
        const productId = one(products)!;
        const { availableQty } = await commerce.getStock({ productId });
        const counted = Math.max(0, availableQty + below(3) - 1);
        await commerce.setStock({
          productId,
          expectedAvailableQty: availableQty,
          availableQty: counted,
          reason: 'counted',
        });
      },
    ],
    [1, () => commerce.repriceProduct({ productId: one(products)!, priceAmount: below(3) * 500 })],
    [
      1,
      () =>
        shop.database.pool.query(
          `update commerce.orders set hold_until = now()
        where id in (select id from commerce.orders where id = any($1) for update skip locked)`,
          [orders.filter(() => below(10) === 0)],
        ),
    ],
  ];
  const hat = actions.flatMap(([weight, act]) => Array.from({ length: weight }, () => act));

  let done = 0;
  for (; performance.now() < until; done += 1) {
    // What has been lived through makes room for what is new.
    if (orders.length > 60) orders.splice(0, 10);
    if (payments.length > 80) payments.splice(0, 10);
    if (eventIds.length > 80) eventIds.splice(0, 10);
    await one(hat)!().catch((error: unknown) => {
      if (!(error instanceof CommerceError) || error.kind === 'internal' || error.kind === 'unavailable') throw error;
    });
  }
  return done;
}

test('whatever shoppers, gateway and operators do at once, in whatever order, no invariant breaks', async () => {
  const shop = await createTestShop({ connect: { poolMax: 20 } });
  // What is tried is the same each time, when and beside what is not. For others: RANDOM_SEED.
  const seed = Number(process.env['RANDOM_SEED'] ?? 20_261_127);
  const stop = new AbortController();
  const faults: unknown[] = [];
  try {
    const products = await Promise.all(Array.from({ length: 5 }, () => shop.createTestProduct({ quantity: 40 })));
    const commons: Commons = { shop, products, orders: [], payments: [], eventIds: [] };
    const loops = shop.commerce.runJobs(stop.signal, ({ error }) => {
      if (error) faults.push(error);
    });
    const until = performance.now() + 30_000;
    const lives = Promise.all(Array.from({ length: 10 }, (_, index) => live(commons, until, seed + index)));
    const watch = (async () => {
      while (performance.now() < until) {
        expect(await shop.commerce.doctor(), `seed ${seed}`).toEqual([]);
        await sleep(500);
      }
    })();
    const [done] = await Promise.all([lives, watch]);
    stop.abort();
    await loops;
    expect(faults, `seed ${seed}`).toEqual([]);
    expect(Math.min(...done)).toBeGreaterThan(50);
    expect(await shop.commerce.doctor(), `seed ${seed}`).toEqual([]);
    const { rows } = await shop.database.pool.query('select distinct status from commerce.orders order by 1');
    expect(
      rows.map(({ status }) => status),
      'all of it was lived through',
    ).toEqual(orderStatuses.toSorted());
  } finally {
    stop.abort();
    await shop.database.drop();
  }
});
