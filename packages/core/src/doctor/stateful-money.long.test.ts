import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Commerce } from '../commerce.ts';
import { CommerceError } from '../errors.ts';
import { newId } from '../ids.ts';
import { gatewayEventTypes } from '../gateway-inbox/gateway-event.ts';
import { refundFailuresMax } from '../refund/refund.ts';
import { unreliableGateway } from '../testing/unreliable-gateway.ts';
import { returnActions } from './random-returns.testing.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { createTestShop, type TestShop } from '../testing/test-shop.ts';

type Payment = Awaited<ReturnType<Commerce['createPayment']>>;
type SharedRows = { shop: TestShop; products: string[]; orders: string[]; payments: Payment[]; eventIds: string[] };

/**
 * Runs random commands of shoppers, operators, jobs and the gateway until a time. Expected refusals are ignored.
 * Returns their number.
 */
async function runRandomCommands(
  { shop, products, orders, payments, eventIds }: SharedRows,
  until: number,
  seed: number,
): Promise<number> {
  const { commerce } = shop;
  const random = seededRandom(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const one = <T>(all: readonly T[]): T | undefined => all[below(all.length)];
  const orderId = () => one(orders) ?? '';
  const paymentId = () => one(payments)?.id ?? '';

  async function sendRandomWebhook(): Promise<void> {
    const payment = one(payments);
    if (!payment) return;
    const common = ['AUTHORIZED', 'CAPTURED', 'CAPTURED', 'FAILED'] as const;
    const type = below(3) > 0 ? one(common)! : one(gatewayEventTypes)!;
    const eventId = (below(5) === 0 ? one(eventIds) : undefined) ?? newId();
    eventIds.push(eventId);
    const { items: refunds } = type.startsWith('REFUND')
      ? await commerce.listRefunds({ orderId: payment.orderId })
      : { items: [] };
    const refund = below(3) > 0 ? one(refunds) : undefined;
    const amount =
      refund?.amount ??
      (type === 'REFUNDED' ? 1 + below(payment.amount) : payment.amount + (below(8) === 0 ? below(3) - 1 : 0));
    await shop.sendWebhook(
      type,
      { ...payment, amount: Math.max(0, amount) },
      {
        eventId,
        ...(below(20) === 0 && { currency: 'USD' }),
        ...(refund && { refundId: refund.id }),
        ...(below(8) > 0 && { objectId: `${refund?.id ?? `there_${below(50)}`}` }),
        ...(type === 'PENDING' && { payableUntil: new Date(Date.now() + below(5_000)) }),
      },
    );
  }
  async function refund(): Promise<void> {
    const lines = below(2) === 0 ? [{ lineNo: 1, quantity: 1 + below(2), restock: below(2) === 0 }] : undefined;
    const amount = below(2) === 0 ? { amount: 1 + below(1_500) } : {};
    const despiteDispute = below(3) === 0;
    const payment = one(payments);
    if (payment && below(3) === 0) {
      const { orderId: of, id: paymentId } = payment;
      await commerce.createRefund({ orderId: of, paymentId, despiteDispute, ...(below(4) === 0 && amount) });
    } else await commerce.createRefund({ orderId: orderId(), lines, despiteDispute, ...amount });
  }
  async function contest(): Promise<void> {
    const payment = one((await commerce.listAllPayments({ status: 'CAPTURED', limit: 12 })).items);
    const type = one(['DISPUTE_OPENED', 'DISPUTE_WON', 'DISPUTE_LOST'] as const)!;
    const amount = 1 + below(payment?.amount ?? 1);
    if (payment) await shop.sendWebhook(type, { ...payment, amount }, { objectId: `dp_${below(3)}` });
  }
  async function ship(): Promise<void> {
    const parcel = one(await commerce.listShipments({ orderId: orderId() }));
    if (parcel?.status === 'READY')
      await commerce.dispatchShipment({ shipmentId: parcel.id, carrier: 'Pigeon Post', trackingNumber: parcel.id });
    else if (parcel) await commerce.deliverShipment({ shipmentId: parcel.id });
  }
  async function handleEvent(): Promise<void> {
    const event = one(
      (await commerce.listGatewayEvents({ outcome: one(['PARKED', 'UNMATCHED', 'DISMISSED'] as const)! })).items,
    );
    if (event)
      await (below(2) === 0
        ? commerce.redriveGatewayEvent({ gatewayEventId: event.id })
        : commerce.dismissGatewayEvent({ gatewayEventId: event.id }));
  }
  const soon = (table: string) =>
    shop.database.pool.query(
      `update commerce.${table} set due_at = now() - interval '1 second'
        where id in (select id from commerce.${table} where due_at > now() and attempts > 0 order by random() limit 5
        for update skip locked)`,
    );

  const actions: [weight: number, act: () => Promise<unknown>][] = [
    [
      6,
      async () =>
        orders.push(
          (await shop.createTestOrder({ [one(products)!]: 1 + below(3), [one(products)!]: 1 + below(2) })).id,
        ),
    ],
    [
      8,
      async () =>
        payments.push(
          await commerce.createPayment({
            orderId: orderId(),
            provider: 'mock',
            capture: one(['MANUAL', 'AUTOMATIC'] as const)!,
          }),
        ),
    ],
    [2, () => commerce.confirmPayment({ paymentId: paymentId(), token: 'agreed' })],
    [14, sendRandomWebhook],
    [3, () => commerce.capturePayment({ paymentId: paymentId(), ...(below(2) === 0 && { amount: 1 + below(2_000) }) })],
    [5, refund],
    [3, () => commerce.decideReview({ paymentId: paymentId(), decision: one(['ACCEPT', 'REJECT'] as const)! })],
    [2, () => commerce.pollPayment({ paymentId: paymentId() })],
    [2, () => commerce.cancelOrder({ orderId: orderId() })],
    [2, contest],
    [2, ship],
    ...returnActions(commerce, { below, one }),
    [1, () => commerce.clearAttention({ orderId: orderId() })],
    [1, handleEvent],
    [4, () => commerce.callGateways(1 + below(8))],
    [2, () => commerce.retryGatewayEvents()],
    [1, () => commerce.pollStalePayments(20, 500)],
    [2, () => commerce.expireOrders()],
    [2, () => soon('gateway_calls')],
    [1, () => soon('gateway_events')],
    [1, () => commerce.receiveStock({ productId: one(products)!, quantity: 1 + below(5) })],
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
    if (orders.length > 40) orders.splice(0, 8);
    if (payments.length > 50) payments.splice(0, 8);
    if (eventIds.length > 50) eventIds.splice(0, 8);
    await one(weighted)!().catch((error: unknown) => {
      if (error instanceof CommerceError && error.code === 'gateway_unavailable') return;
      if (!(error instanceof CommerceError) || error.kind === 'internal' || error.kind === 'unavailable') throw error;
    });
  }
  return done;
}

/** Makes all waiting work due and runs it, until nothing waits. Returns what still waits. */
async function drain({ commerce, database }: TestShop): Promise<unknown[]> {
  let waiting: unknown[] = ['everything'];
  for (let turn = 1; turn <= 40 && waiting.length > 0; turn += 1) {
    await database.pool.query(
      `update commerce.gateway_calls set due_at = now() - interval '1 second' where status = 'DUE'`,
    );
    await database.pool.query(
      `update commerce.gateway_events set due_at = now() - interval '1 second' where due_at is not null`,
    );
    await database.pool.query(
      `update commerce.orders set hold_until = now() - interval '1 second' where hold_until > now()`,
    );
    while ((await commerce.expireOrders()) === 200);
    while ((await commerce.retryGatewayEvents()) === 200);
    while ((await commerce.callGateways(200)) === 200);
    await commerce.pollStalePayments(1_000, 0);
    waiting = (
      await database.pool.query(`
      select 'call ' || kind as what, count(*) from commerce.gateway_calls where status = 'DUE' group by 1
      union all select 'event ' || type, count(*) from commerce.gateway_events where due_at is not null group by 1
      union all select 'refund ' || status, count(*) from commerce.refunds
        where status in ('REQUESTED', 'SUBMITTED', 'UNKNOWN') group by 1
      union all select 'payment ' || status, count(*) from commerce.payments where status in ('CREATED', 'PENDING')
        group by 1`)
    ).rows;
  }
  return waiting;
}

/**
 * What the doctor finds, apart from money whose refund has failed too often: the random gateway refuses and returns
 * refunds, and the doctor has to find such money until an operator sends it back.
 */
async function readUnexpected(commerce: Commerce) {
  const isStuckMoney = ({ failedRefunds }: Record<string, unknown>) =>
    typeof failedRefunds === 'number' && failedRefunds >= refundFailuresMax;
  return (await commerce.doctor()).filter(
    ({ count, examples }) => count !== examples.length || !examples.every(isStuckMoney),
  );
}

test('random commands on money and an unreliable gateway break no invariant, and nothing is left waiting', async () => {
  // The commands are the same for a seed; their timing is not. RANDOM_SEED chooses another seed.
  const seed = Number(process.env['RANDOM_SEED'] ?? 20_261_127);
  const faults: unknown[] = [];
  const { gateway, recover } = unreliableGateway(seededRandom(seed));
  const shop = await createTestShop({
    connect: { poolMax: 20 },
    gateways: [gateway],
    onFault: (fault) => faults.push(fault),
  });
  try {
    const products = await Promise.all(Array.from({ length: 4 }, () => shop.createTestProduct({ quantity: 60 })));
    const shared: SharedRows = { shop, products, orders: [], payments: [], eventIds: [] };
    const until = performance.now() + 40_000;
    const runners = Promise.all(
      Array.from({ length: 8 }, (_, index) => runRandomCommands(shared, until, seed + index)),
    );
    const watch = (async () => {
      while (performance.now() < until) {
        expect(await readUnexpected(shop.commerce), `seed ${seed}`).toEqual([]);
        await sleep(500);
      }
    })();
    const [done] = await Promise.all([runners, watch]);
    expect(Math.min(...done)).toBeGreaterThan(50);
    recover();
    expect(await drain(shop), `seed ${seed}`).toEqual([]);
    expect(await readUnexpected(shop.commerce), `seed ${seed}`).toEqual([]);
    expect(faults, `seed ${seed}`).toEqual([]);
    const { rows } = await shop.database.pool.query(`
      select distinct 'payment ' || status as status from commerce.payments union select distinct 'refund ' || status
        from commerce.refunds`);
    const reached: string[] = rows.map(({ status }) => status);
    const ended = [
      'payment AUTHORIZED',
      'payment CANCELED',
      'payment CAPTURED',
      'payment FAILED',
      'payment REVIEW',
      'refund FAILED',
      'refund SUCCEEDED',
    ];
    expect(reached.toSorted(), 'every status was reached').toEqual(ended);
  } finally {
    await shop.database.drop();
  }
});
