import { connect } from '../../database/connect.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommerce, type Commerce } from '../../commerce.ts';
import { type Database } from '@commerce-core/pg-pipeline';
import { mockGateway } from '../../gateways/mock.ts';
import { errorCodeOf, testShopOf, webhookSecret, type TestShop } from '../../testing/test-shop.ts';
import { createScriptedShop, type ScriptedShop } from '../../testing/scripted-gateway.ts';

// What went wrong in other shops, each by its name. Two processes: commerce twice, with connections of their own.
let shop: ScriptedShop;
let database: Database;
let other: Pick<TestShop, 'commerce' | 'sendWebhook' | 'createTestOrder'>;
beforeAll(async () => {
  shop = await createScriptedShop();
  database = connect({ url: shop.database.url });
  other = testShopOf(createCommerce({ database, gateways: [mockGateway([webhookSecret])] }), database);
});
afterAll(async () => {
  await database.close();
  await shop.close();
});

const rounds = (count: number, round: () => Promise<void>) => async () => {
  for (let number = 0; number < count; number += 1) await round();
};
const codes = async (calls: Promise<unknown>[]) => (await Promise.all(calls.map(errorCodeOf))).toSorted();
const orderOf = async (orderId: string) => shop.commerce.getOrder({ orderId });
const overdue = (ids: string[]) =>
  shop.database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = any($1)`, [
    ids,
  ]);

test(
  'the last unit sold twice',
  rounds(5, async () => {
    const productId = await shop.createTestProduct({ quantity: 1 });
    const asked = await codes(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? shop : other).createTestOrder({ [productId]: 1 })),
    );
    expect(asked).toEqual(['accepted', ...Array.from({ length: 19 }, () => 'insufficient_stock')]);
    expect(await shop.readStock(productId)).toEqual([1, 1]);
  }),
);

test(
  'the last unit sold twice, to two orders that expired and are paid late at once',
  rounds(10, async () => {
    const productId = await shop.createTestProduct({ quantity: 2 });
    const both = [await shop.createPendingOrder({ [productId]: 1 }), await shop.createPendingOrder({ [productId]: 1 })];
    await overdue(both.map(({ orderId }) => orderId));
    await other.commerce.expireOrders();
    await shop.createTestOrder({ [productId]: 1 });
    const effects = await Promise.all(
      both.map(
        async ({ payment }, index) => (await (index === 0 ? shop : other).sendWebhook('CAPTURED', payment)).effect,
      ),
    );
    expect(effects.toSorted((a, b) => `${a}`.localeCompare(`${b}`))).toEqual(['order_paid', 'surplus']);
    expect(await shop.readStock(productId)).toEqual([1, 1]);
  }),
);

test('deadlock between checkout and webhook', async () => {
  const products = await shop.createTestProducts(6, 1_000);
  const forwards = Object.fromEntries(products.map((id) => [id, 1]));
  const backwards = Object.fromEntries(products.toReversed().map((id) => [id, 1]));
  // Connections of their own: a server process tells of its deadlocks when it ends.
  const mine = connect({ url: shop.database.url });
  const busy = testShopOf(
    createCommerce({
      database: mine,
      gateways: [mockGateway([webhookSecret])],
      batching: { lanes: 4, commandsMax: 2 },
    }),
    mine,
  );
  const live = await Promise.all(
    Array.from({ length: 30 }, (_, index) => busy.createPendingOrder(index % 2 === 0 ? forwards : backwards)),
  );
  await Promise.all(
    live.flatMap(({ orderId, payment }, index) => [
      busy.sendWebhook(index % 3 === 0 ? 'FAILED' : 'CAPTURED', payment),
      busy.createTestOrder(index % 2 === 0 ? backwards : forwards),
      ...(index % 5 === 0 ? [errorCodeOf(busy.commerce.cancelOrder({ orderId }))] : []),
      busy.commerce.expireOrders(),
    ]),
  );
  await mine.close();
  const { rows } = await shop.database.pool.query(
    'select deadlocks from pg_stat_database where datname = current_database()',
  );
  expect(Number(rows[0].deadlocks)).toBe(0);
});

test('stock locked during a gateway call', async () => {
  const asked: string[] = [];
  const buyMeanwhile =
    ({ productId, orderId }: { productId: string; orderId: string }, kind: string) =>
    async () => {
      // Whoever wants these rows has them at once.
      await shop.database.pool.query('select 1 from commerce.stocks where product_id = $1 for update nowait', [
        productId,
      ]);
      await shop.database.pool.query('select 1 from commerce.orders where id = $1 for update nowait', [orderId]);
      await other.createTestOrder({ [productId]: 1 });
      asked.push(kind);
      return [];
    };
  const confirmed = await shop.createAttempt();
  shop.scriptReplies(confirmed.payment.id, { CONFIRM: [buyMeanwhile(confirmed, 'confirm')] });
  await shop.commerce.confirmPayment({ paymentId: confirmed.payment.id, token: 'agreed' });
  const captured = await shop.createPaidAttempt('AUTHORIZED');
  await shop.commerce.capturePayment({ paymentId: captured.payment.id });
  shop.scriptReplies(captured.payment.id, { CAPTURE: [buyMeanwhile(captured, 'capture')] });
  const canceled = await shop.createPaidAttempt('CAPTURED');
  await shop.commerce.cancelOrder({ orderId: canceled.orderId });
  shop.scriptReplies(canceled.payment.id, { REFUND: [buyMeanwhile(canceled, 'refund')] });
  await shop.callGatewaysNow();
  expect(asked.toSorted()).toEqual(['capture', 'confirm', 'refund']);
});

test(
  'expiry against an arriving payment',
  rounds(15, async () => {
    const productId = await shop.createTestProduct({ quantity: 1 });
    const { orderId, payment } = await shop.createPendingOrder({ [productId]: 1 });
    await overdue([orderId]);
    // The gateway can't be asked here, so the expiry ends it at once; another shopper waits for the unit.
    const [, , , bought] = await Promise.all([
      shop.sendWebhook('CAPTURED', payment),
      other.commerce.expireOrders(),
      other.commerce.expireOrders(),
      errorCodeOf(other.createTestOrder({ [productId]: 1 })),
    ]);
    const { status } = await orderOf(orderId);
    const [settled] = await shop.commerce.listPayments({ orderId });
    expect(settled).toMatchObject({ status: 'CAPTURED', surplus: status !== 'PAID' });
    expect([status, bought]).toEqual(status === 'PAID' ? ['PAID', 'insufficient_stock'] : ['EXPIRED', 'accepted']);
    expect(await shop.readStock(productId)).toEqual(status === 'PAID' ? [0, 0] : [1, 1]);
    await shop.callGatewaysNow();
    expect((await shop.commerce.listRefunds({ orderId })).items.map((refund) => refund.status)).toEqual(
      status === 'PAID' ? [] : ['SUCCEEDED'],
    );
  }),
);

test(
  'cancel releasing stock that was never held',
  rounds(10, async () => {
    const productId = await shop.createTestProduct();
    const [failed, expired] = [
      await shop.createPendingOrder({ [productId]: 3 }),
      await shop.createTestOrder({ [productId]: 2 }),
    ];
    await shop.createTestOrder({ [productId]: 4 });
    await overdue([expired.id]);
    const cancel = async (commerce: Commerce, orderId: string) => errorCodeOf(commerce.cancelOrder({ orderId }));
    await Promise.all([
      shop.sendWebhook('FAILED', failed.payment),
      cancel(shop.commerce, failed.orderId),
      cancel(other.commerce, failed.orderId),
      other.commerce.expireOrders(),
      cancel(shop.commerce, expired.id),
      cancel(other.commerce, expired.id),
    ]);
    expect((await orderOf(failed.orderId)).status).toBe('CANCELED');
    expect(await shop.readStock(productId)).toEqual([10, 4]);
  }),
);

test('a webhook after shipment answered 500 for ever', async () => {
  const attempt = await shop.createPaidAttempt('CAPTURED');
  const [parcel] = await shop.commerce.listShipments({ orderId: attempt.orderId });
  const shipmentId = parcel!.id;
  const steps = [
    () => shop.commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: '1' }),
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
  expect((await orderOf(attempt.orderId)).fulfillmentStatus).toBe('DELIVERED');
});
