import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Commerce } from '../../commerce.ts';
import { CommerceError } from '../../errors.ts';
import { only } from '../../testing/only.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { openTwoProcesses, type TwoProcesses } from '../../testing/two-processes.ts';

let processes: TwoProcesses;
beforeAll(async () => {
  processes = await openTwoProcesses();
});
// Closing the shop runs the doctor.
afterAll(() => processes.close());

const operators = 20;
const stepsEach = 6;
const [cups, trays] = [60, 40];
// Several shipments, so that the first dispatch leaves something to the other operators.
const splits = 7;

async function createPaidOrder(type: 'AUTHORIZED' | 'CAPTURED') {
  const { shop } = processes;
  const products = await Promise.all([cups, trays].map((quantity) => shop.createTestProduct({ quantity })));
  const [cup = '', tray = ''] = products;
  const { orderId, payment } = await shop.createPendingOrder({ [cup]: cups, [tray]: trays });
  await shop.sendWebhook(type, payment);
  const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
  const lines = [cups, trays].map((units, index) => ({ lineNo: index + 1, quantity: Math.floor(units / splits) - 1 }));
  for (let split = 0; split < splits; split += 1) await shop.commerce.splitShipment({ shipmentId, lines });
  return { orderId, products, paymentId: payment.id };
}

/**
 * One operator's random steps on an order, each in one of two processes. Where an operator cancels the order first, the
 * others dispatch later, so that the cancel is not always too late. Returns the codes of the steps.
 */
async function operate(
  { orderId, paymentId }: { orderId: string; paymentId: string },
  seed: number,
  cancels: 'nobody' | 'another' | 'this',
): Promise<string[]> {
  const random = seededRandom(seed);
  const below = (bound: number) => Math.floor(random() * bound);
  const one = <T>(all: readonly T[]): T | undefined => all[below(all.length)];
  // The numbers are few, so that operators often take the same one.
  const number = () => ({ carrier: 'DHL', trackingNumber: `N-${below(4)}` });
  const line = () => ({ lineNo: 1 + below(2), quantity: 1 + below(3) });

  async function step({ commerce }: { commerce: Commerce }, done: number): Promise<unknown> {
    if (cancels === 'this' && done === 0) return commerce.cancelOrder({ orderId });
    const shipments = await commerce.listShipments({ orderId });
    const ready = shipments.filter(({ status }) => status === 'READY');
    const [shipmentId, intoShipmentId] = [one(ready)?.id ?? '', one(ready)?.id ?? ''];
    const sent = one(shipments.filter(({ status }) => status === 'SHIPPED' || status === 'IN_TRANSIT'));
    const parcelId = one(sent?.parcels ?? [])?.id ?? '';
    const mayDispatch = cancels === 'nobody' || done > 1;
    const steps: [weight: number, run: () => Promise<unknown>][] = [
      [ready.length > 0 ? 6 : 0, () => commerce.splitShipment({ shipmentId, lines: [line()] })],
      [ready.length > 1 ? 2 : 0, () => commerce.mergeShipments({ shipmentId, intoShipmentId })],
      [ready.length > 0 && mayDispatch ? 3 : 0, () => commerce.dispatchShipment({ shipmentId, parcels: [number()] })],
      [sent ? 1 : 0, () => commerce.deliverParcel({ parcelId })],
      [sent ? 1 : 0, () => commerce.correctParcel({ parcelId, ...number() })],
      [sent ? 1 : 0, () => commerce.markShipmentLost({ shipmentId: sent?.id ?? '' })],
      [2, () => commerce.createRefund({ orderId, lines: [{ ...line(), restock: below(8) === 0 }] })],
      [3, () => commerce.cancelLines({ orderId, lines: [line()] })],
      [1, () => commerce.capturePayment({ paymentId })],
      [1, () => commerce.callGateways()],
    ];
    const run = one(steps.flatMap(([weight, run]) => Array.from({ length: weight }, () => run)));
    return run?.();
  }

  const codes: string[] = [];
  for (let done = 0; done < stepsEach; done += 1) {
    const process = below(2) === 0 ? processes.shop : processes.otherProcess;
    await step(process, done).then(
      () => codes.push('accepted'),
      (error: unknown) => {
        if (!(error instanceof CommerceError) || !['conflict', 'invalid'].includes(error.kind)) throw error;
        codes.push(error.code);
      },
    );
  }
  return codes;
}

test('twenty operators in two processes repack, send, cancel and refund one order, and no unit is lost', async () => {
  const codes: string[] = [];
  const ended: string[] = [];
  const units: [lineNo: number, canceledQty: number][] = [];
  for (let round = 0; round < 4; round += 1) {
    // Every other pair of rounds begins with money that is only authorized.
    const { orderId, products, paymentId } = await createPaidOrder(round < 2 ? 'CAPTURED' : 'AUTHORIZED');
    const cancels = (index: number) => (index === 0 ? ('this' as const) : ('another' as const));
    const all = Array.from({ length: operators }, (_, index) =>
      operate({ orderId, paymentId }, 1_000 * round + index, round % 2 === 0 ? 'nobody' : cancels(index)),
    );
    codes.push(...(await Promise.all(all)).flat());

    const { commerce, database } = processes.shop;
    await processes.shop.callGatewaysNow();
    const { status, lines: orderLines } = await commerce.getOrder({ orderId });
    for (const { lineNo, canceledQty } of orderLines) units.push([lineNo, canceledQty]);
    ended.push(status);
    const packed = (await commerce.listShipments({ orderId }))
      .filter((shipment) => shipment.status !== 'CANCELED')
      .flatMap(({ lines }) => lines);
    for (const [index, ordered] of [cups, trays].entries()) {
      const inShipments = packed
        .filter(({ lineNo }) => lineNo === index + 1)
        .reduce((sum, { quantity }) => sum + quantity, 0);
      const [available] = await processes.shop.readStock(products[index] ?? '');
      expect(inShipments + available, `units of line ${index + 1} in round ${round}`).toBe(ordered);
    }
    const { rows } = await database.pool.query(
      `select count(*)::int as live, count(distinct tracking_number)::int as numbers
      from commerce.parcels where live and order_id = $1`,
      [orderId],
    );
    expect(rows[0].live).toBe(rows[0].numbers);
    expect(await commerce.doctor()).toEqual([]);
  }
  // Operators met: a step of one made steps of others impossible, in each of these ways.
  expect(codes).toEqual(
    expect.arrayContaining([
      'accepted',
      'invalid_transition',
      'shipment_not_ready',
      'tracking_number_in_use',
      'units_not_cancelable',
      'capture_in_progress',
    ]),
  );
  expect(units.some(([, canceledQty]) => canceledQty > 0)).toBe(true);
  expect(new Set(ended)).toEqual(new Set(['PAID', 'CANCELED']));
}, 120_000);
