import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Commerce } from '../commerce.ts';
import { CommerceError } from '../errors.ts';
import { newId } from '../ids.ts';
import { orderStatuses } from '../order/order.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';

type Payment = Awaited<ReturnType<Commerce['createPayment']>>;

/** What all runners share, so that they often use the same rows. */
type SharedRows = { shop: TestShop; products: string[]; orders: string[]; payments: Payment[]; eventIds: string[] };

/** Runs random commands until a time. Expected refusals are ignored. Returns the number of commands. */
async function runRandomCommands(
  { shop, products, orders, payments, eventIds }: SharedRows,
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
  const sendRandomWebhook = async (type: 'AUTHORIZED' | 'FAILED') => {
    const payment = one(payments);
    if (!payment) return;
    const { eventId = newId(), ...rest } = message(payment);
    eventIds.push(eventId);
    await sendWebhook(type, payment, { eventId, ...rest });
  };
  const changeShipment = async (orderId: string) => {
    const parcel = one(await commerce.listShipments({ orderId }));
    if (!parcel) return;
    const shipmentId = parcel.id;
    if (parcel.status === 'READY' && below(3) > 0) {
      const other = one((await commerce.listShipments({ orderId })).filter(({ id }) => id !== shipmentId));
      if (other && below(2) === 0) await commerce.mergeShipments({ shipmentId, intoShipmentId: other.id });
      else await commerce.splitShipment({ shipmentId, lines: [{ lineNo: 1 + below(2), quantity: 1 }] });
    } else if (parcel.status === 'READY') {
      await commerce.dispatchShipment({ shipmentId, carrier: 'Pigeon Post', trackingNumber: shipmentId });
    } else if (below(4) === 0) await commerce.markShipmentLost({ shipmentId });
    else if (below(2) === 0) await commerce.markShipmentInTransit({ shipmentId });
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
    [8, () => sendRandomWebhook('AUTHORIZED')],
    [5, () => sendRandomWebhook('FAILED')],
    [2, () => commerce.cancelOrder({ orderId: one(orders) ?? '' })],
    [3, () => changeShipment(one(orders) ?? '')],
    [1, () => commerce.clearAttention({ orderId: one(orders) ?? '' })],
    [1, () => commerce.receiveStock({ productId: one(products)!, quantity: 1 + below(5) })],
    [
      1,
      async () => {
        const productId = one(products)!;
        const { shelfQty } = await commerce.getStock({ productId });
        const countedQty = Math.max(0, shelfQty + below(3) - 1);
        await commerce.countStock({ productId, expectedShelfQty: shelfQty, countedQty, reason: 'counted' });
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
  const weighted = actions.flatMap(([weight, act]) => Array.from({ length: weight }, () => act));

  let done = 0;
  for (; performance.now() < until; done += 1) {
    // Old rows make room for new ones.
    if (orders.length > 60) orders.splice(0, 10);
    if (payments.length > 80) payments.splice(0, 10);
    if (eventIds.length > 80) eventIds.splice(0, 10);
    await one(weighted)!().catch((error: unknown) => {
      if (!(error instanceof CommerceError) || error.kind === 'internal' || error.kind === 'unavailable') throw error;
    });
  }
  return done;
}

test('random concurrent commands on orders break no invariant', async () => {
  const shop = await createTestShop({ connect: { poolMax: 20 } });
  // The commands are the same for a seed; their timing is not. RANDOM_SEED chooses another seed.
  const seed = Number(process.env['RANDOM_SEED'] ?? 20_261_127);
  const stop = new AbortController();
  const faults: unknown[] = [];
  try {
    const products = await Promise.all(Array.from({ length: 5 }, () => shop.createTestProduct({ quantity: 40 })));
    const shared: SharedRows = { shop, products, orders: [], payments: [], eventIds: [] };
    const jobs = shop.commerce.runJobs(stop.signal, ({ error }) => {
      if (error) faults.push(error);
    });
    const until = performance.now() + 30_000;
    const runners = Promise.all(
      Array.from({ length: 10 }, (_, index) => runRandomCommands(shared, until, seed + index)),
    );
    const watch = (async () => {
      while (performance.now() < until) {
        expect(await shop.commerce.doctor(), `seed ${seed}`).toEqual([]);
        await sleep(500);
      }
    })();
    const [done] = await Promise.all([runners, watch]);
    stop.abort();
    await jobs;
    expect(faults, `seed ${seed}`).toEqual([]);
    expect(Math.min(...done)).toBeGreaterThan(50);
    expect(await shop.commerce.doctor(), `seed ${seed}`).toEqual([]);
    const { rows } = await shop.database.pool.query('select distinct status from commerce.orders order by 1');
    expect(
      rows.map(({ status }) => status),
      'every status was reached',
    ).toEqual(orderStatuses.toSorted());
  } finally {
    stop.abort();
    await shop.database.drop();
  }
});
