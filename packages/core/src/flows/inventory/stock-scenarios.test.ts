import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce, type Commerce } from '../../commerce.ts';
import { connect } from '../../database/connect.ts';
import { mockGateway } from '../../gateways/mock.ts';
import { only } from '../../testing/only.ts';
import { errorCodeOf, testShopOf, webhookSecret } from '../../testing/test-shop.ts';
import { openTwoProcesses, repeat, type TwoProcesses } from '../../testing/two-processes.ts';

// Each test repeats a known failure of other shops.
let processes: TwoProcesses;
let shop: TwoProcesses['shop'];
let otherProcess: TwoProcesses['otherProcess'];
beforeAll(async () => {
  processes = await openTwoProcesses();
  ({ shop, otherProcess } = processes);
});
afterAll(() => processes.close());

const sortedCodesOf = async (calls: Promise<unknown>[]) => (await Promise.all(calls.map(errorCodeOf))).toSorted();

const getOrder = async (orderId: string) => shop.commerce.getOrder({ orderId });

const endReservations = (ids: string[]) =>
  shop.database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = any($1)`, [
    ids,
  ]);

test(
  'the last unit is sold once to 20 concurrent orders',
  repeat(5, async () => {
    const productId = await shop.createTestProduct({ quantity: 1 });
    const orderCodes = await sortedCodesOf(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? shop : otherProcess).createTestOrder({ [productId]: 1 }),
      ),
    );
    expect(orderCodes).toEqual(['accepted', ...Array.from({ length: 19 }, () => 'insufficient_stock')]);
    expect(await shop.readStock(productId)).toEqual([1, 1]);
  }),
);

test(
  'the last unit is sold once to two expired orders that are paid late at the same time',
  repeat(10, async () => {
    const productId = await shop.createTestProduct({ quantity: 2 });
    const orders = [
      await shop.createPendingOrder({ [productId]: 1 }),
      await shop.createPendingOrder({ [productId]: 1 }),
    ];
    await endReservations(orders.map(({ orderId }) => orderId));
    await otherProcess.commerce.expireOrders();
    await shop.createTestOrder({ [productId]: 1 });
    const effects = await Promise.all(
      orders.map(
        async ({ payment }, index) =>
          (await (index === 0 ? shop : otherProcess).sendWebhook('CAPTURED', payment)).effect,
      ),
    );
    expect(effects.toSorted((a, b) => `${a}`.localeCompare(`${b}`))).toEqual(['order_paid', 'surplus']);
    expect(await shop.readStock(productId)).toEqual([1, 1]);
  }),
);

test('concurrent orders, webhooks, cancels, dispatches and expiries of one product cause no deadlock', async () => {
  const products = await shop.createTestProducts(6, 1_000);
  const forwards = Object.fromEntries(products.map((id) => [id, 1]));
  const backwards = Object.fromEntries(products.toReversed().map((id) => [id, 1]));
  // Separate connections: a PostgreSQL backend reports its deadlocks when it ends.
  const ownConnections = connect({ url: shop.database.url });
  const busyProcess = testShopOf(
    createCommerce({
      database: ownConnections,
      gateways: [mockGateway([webhookSecret])],
      batching: { lanes: 4, commandsMax: 2 },
    }),
    ownConnections,
  );
  const pendingOrders = await Promise.all(
    Array.from({ length: 30 }, (_, index) => busyProcess.createPendingOrder(index % 2 === 0 ? forwards : backwards)),
  );
  const dispatchOneOf = async ({ orderId, payment }: (typeof pendingOrders)[number]) => {
    await busyProcess.sendWebhook('CAPTURED', payment);
    for (const { id: shipmentId } of await busyProcess.commerce.listShipments({ orderId }))
      await errorCodeOf(
        busyProcess.commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: randomUUID() }),
      );
  };
  await Promise.all(
    pendingOrders.flatMap(({ orderId, payment }, index) => [
      ...(index % 3 === 1 ? [dispatchOneOf({ orderId, payment })] : []),
      busyProcess.sendWebhook(index % 3 === 0 ? 'FAILED' : 'CAPTURED', payment),
      busyProcess.createTestOrder(index % 2 === 0 ? backwards : forwards),
      ...(index % 5 === 0 ? [errorCodeOf(busyProcess.commerce.cancelOrder({ orderId }))] : []),
      busyProcess.commerce.expireOrders(),
    ]),
  );
  await ownConnections.close();
  const { rows } = await shop.database.pool.query(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  expect(Number(rows[0].deadlocks)).toBe(0);
});

test('no stock row and no order row is locked during a gateway call', async () => {
  const gatewayCalls: string[] = [];
  const buyDuringCall =
    ({ productId, orderId }: { productId: string; orderId: string }, kind: string) =>
    async () => {
      // `nowait` throws if a transaction has locked these rows.
      await shop.database.pool.query('select 1 from commerce.stocks where product_id = $1 for update nowait', [
        productId,
      ]);
      await shop.database.pool.query('select 1 from commerce.orders where id = $1 for update nowait', [orderId]);
      await otherProcess.createTestOrder({ [productId]: 1 });
      gatewayCalls.push(kind);
      return [];
    };
  const confirmed = await shop.createAttempt();
  shop.scriptReplies(confirmed.payment.id, { CONFIRM: [buyDuringCall(confirmed, 'confirm')] });
  await shop.commerce.confirmPayment({ paymentId: confirmed.payment.id, token: 'agreed' });
  const captured = await shop.createPaidAttempt('AUTHORIZED');
  await shop.commerce.capturePayment({ paymentId: captured.payment.id });
  shop.scriptReplies(captured.payment.id, { CAPTURE: [buyDuringCall(captured, 'capture')] });
  const canceled = await shop.createPaidAttempt('CAPTURED');
  await shop.commerce.cancelOrder({ orderId: canceled.orderId });
  shop.scriptReplies(canceled.payment.id, { REFUND: [buyDuringCall(canceled, 'refund')] });
  await shop.callGatewaysNow();
  expect(gatewayCalls.toSorted()).toEqual(['capture', 'confirm', 'refund']);
});

test(
  'a payment that meets the expiry pays the order, or is refunded as surplus',
  repeat(15, async () => {
    const productId = await shop.createTestProduct({ quantity: 1 });
    const { orderId, payment } = await shop.createPendingOrder({ [productId]: 1 });
    await endReservations([orderId]);
    // This gateway can't be polled, so the order expires at once. Another shopper wants the same unit.
    const [, , , bought] = await Promise.all([
      shop.sendWebhook('CAPTURED', payment),
      otherProcess.commerce.expireOrders(),
      otherProcess.commerce.expireOrders(),
      errorCodeOf(otherProcess.createTestOrder({ [productId]: 1 })),
    ]);
    const { status } = await getOrder(orderId);
    expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({
      status: 'CAPTURED',
      surplus: status !== 'PAID',
    });
    expect([status, bought]).toEqual(status === 'PAID' ? ['PAID', 'insufficient_stock'] : ['EXPIRED', 'accepted']);
    expect(await shop.readStock(productId)).toEqual(status === 'PAID' ? [0, 0] : [1, 1]);
    await shop.callGatewaysNow();
    expect((await shop.commerce.listRefunds({ orderId })).items.map((refund) => refund.status)).toEqual(
      status === 'PAID' ? [] : ['SUCCEEDED'],
    );
  }),
);

test(
  'concurrent cancels and expiries release only units that are reserved',
  repeat(10, async () => {
    const productId = await shop.createTestProduct();
    const [failed, expired] = [
      await shop.createPendingOrder({ [productId]: 3 }),
      await shop.createTestOrder({ [productId]: 2 }),
    ];
    await shop.createTestOrder({ [productId]: 4 });
    await endReservations([expired.id]);
    const cancel = async (commerce: Commerce, orderId: string) => errorCodeOf(commerce.cancelOrder({ orderId }));
    await Promise.all([
      shop.sendWebhook('FAILED', failed.payment),
      cancel(shop.commerce, failed.orderId),
      cancel(otherProcess.commerce, failed.orderId),
      otherProcess.commerce.expireOrders(),
      cancel(shop.commerce, expired.id),
      cancel(otherProcess.commerce, expired.id),
    ]);
    expect((await getOrder(failed.orderId)).status).toBe('CANCELED');
    expect(await shop.readStock(productId)).toEqual([10, 4]);
  }),
);

test('every webhook after the shipment returns an outcome and leaves the order unchanged', async () => {
  const attempt = await shop.createPaidAttempt('CAPTURED');
  const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId: attempt.orderId }));
  const steps = [
    () => shop.commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: randomUUID() }),
    () => shop.commerce.deliverShipment({ shipmentId }),
  ];
  for (const step of steps) {
    await step();
    for (const type of [
      'AUTHORIZED',
      'CAPTURED',
      'FAILED',
      'CANCELED',
      'PENDING',
      'ATTEMPT_FAILED',
      'CHANGED',
      'REFUND_FAILED',
    ] as const) {
      expect((await shop.sendWebhook(type, attempt.payment)).outcome, type).toMatch(/^(APPLIED|IGNORED_STALE)$/);
    }
    expect(await shop.readState(attempt)).toMatchObject({
      payment: 'CAPTURED',
      order: 'PAID',
      stock: '8 0',
      attention: null,
    });
  }
  expect(
    await shop.sendWebhook('REFUNDED', { ...attempt.payment, amount: 500 }, { objectId: 're_late' }),
  ).toMatchObject({
    effect: 'refund_recorded',
  });
  expect((await getOrder(attempt.orderId)).fulfillmentStatus).toBe('DELIVERED');
});
