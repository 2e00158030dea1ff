import { first, only } from '../only.ts';
import type { TestShop } from '../test-shop.ts';

type Basket = Record<string, number>;

/** Creates returns in every state that the flows can reach. `basket` has at least three units. */
export async function populateReturns(shop: TestShop, basket: Basket): Promise<void> {
  await endReturns(shop, basket);
  await receiveReturns(shop, basket);
  await keepGoods(shop, basket);
  await replaceTwice(shop, basket);
}

let sent = 0;

/** Creates a captured order that has arrived. Returns its id and its first line. */
export async function createArrivedOrder({ commerce, createPendingOrder, sendWebhook }: TestShop, basket: Basket) {
  const { orderId, payment } = await createPendingOrder(basket);
  await sendWebhook('CAPTURED', payment);
  const { id: shipmentId } = only(await commerce.listShipments({ orderId }));
  sent += 1;
  await commerce.dispatchShipment({ shipmentId, carrier: 'Return Post', trackingNumber: `R-${sent}` });
  await commerce.deliverShipment({ shipmentId });
  const { lineNo, quantity } = first((await commerce.getOrder({ orderId })).lines);
  return { orderId, lineNo, quantity };
}

async function endReturns(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  const { orderId, lineNo } = await createArrivedOrder(shop, basket);
  const request = async () => commerce.requestReturn({ orderId, lines: [{ lineNo, quantity: 1 }] });
  await commerce.declineReturn({ returnId: (await request()).id, reason: 'was worn' });
  await commerce.cancelReturn({ returnId: (await request()).id });
  await commerce.approveReturn({ returnId: (await request()).id, carrier: 'Post', trackingNumber: 'L-1' });
  await request();
}

/**
 * Of two units one is restocked and refunded, and one is written off and replaced; of another order everything comes
 * back.
 */
async function receiveReturns(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  const { orderId, lineNo } = await createArrivedOrder(shop, basket);
  const lines = [{ lineNo, quantity: 2 }];
  const { id: returnId } = await commerce.requestReturn({ orderId, lines, fault: 'SHOP', reason: 'broken' });
  await commerce.approveReturn({ returnId });
  await commerce.receiveReturn({ returnId, lines: [{ lineNo, restockQty: 1 }] });
  const fees = [{ name: 'Return label', amount: 100 }];
  const { orderVersion: expectedVersion } = await commerce.getReturn({ returnId });
  await commerce.refundReturn({ returnId, fees, expectedVersion });
  await commerce.receiveReturn({ returnId, lines: [{ lineNo, writeOffQty: 1 }] });
  await commerce.replaceReturn({ returnId, lines: [{ lineNo, quantity: 1 }] });

  const whole = await createArrivedOrder(shop, basket);
  const { lines: all } = await commerce.getOrder({ orderId: whole.orderId });
  const products = all.filter(({ kind }) => kind === 'PRODUCT');
  const every = await commerce.requestReturn({
    orderId: whole.orderId,
    lines: products.map(({ lineNo: no, quantity }) => ({ lineNo: no, quantity })),
  });
  await commerce.approveReturn({ returnId: every.id });
  const received = products.map(({ lineNo: no, quantity }) => ({ lineNo: no, restockQty: quantity }));
  await commerce.receiveReturn({ returnId: every.id, lines: received });
  await commerce.closeReturn({ returnId: every.id });
}

async function keepGoods(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  const { orderId, lineNo } = await createArrivedOrder(shop, basket);
  const lines = [{ lineNo, quantity: 1 }];
  const { id: returnId } = await commerce.requestReturn({ orderId, lines, fault: 'CARRIER', goods: 'KEPT' });
  await commerce.approveReturn({ returnId });
  const { orderVersion: expectedVersion } = await commerce.getReturn({ returnId });
  await commerce.refundReturn({ returnId, expectedVersion });
  await commerce.closeReturn({ returnId });
}

/** All units but one come back. Of two replacements one is canceled, and one comes back. */
async function replaceTwice(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  const { orderId, lineNo } = await createArrivedOrder(shop, basket);
  const products = (await commerce.getOrder({ orderId })).lines.filter(({ kind }) => kind === 'PRODUCT');
  const takeBack = async (lines: { lineNo: number; quantity: number }[]) => {
    const { id: returnId } = await commerce.requestReturn({ orderId, lines });
    await commerce.approveReturn({ returnId });
    const received = lines.map((line) => ({ lineNo: line.lineNo, writeOffQty: line.quantity }));
    await commerce.receiveReturn({ returnId, lines: received });
    return returnId;
  };
  const one = [{ lineNo, quantity: 1 }];
  const allButOne = products.map((line) => ({
    lineNo: line.lineNo,
    quantity: line.lineNo === lineNo ? line.quantity - 1 : line.quantity,
  }));
  const returnId = await takeBack(allButOne);
  for (let unit = 0; unit < 2; unit += 1) await commerce.replaceReturn({ returnId, lines: one });
  const [first, second] = (await commerce.listShipments({ orderId })).filter((parcel) => parcel.returnId === returnId);
  if (!first || !second) throw new Error('two units have two replacements');
  await commerce.cancelReplacement({ returnId, shipmentId: first.id });
  await commerce.dispatchShipment({ shipmentId: second.id, carrier: 'Return Post', trackingNumber: `R-${second.id}` });
  await takeBack(one);
}
