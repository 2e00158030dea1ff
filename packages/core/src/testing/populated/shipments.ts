import { first, only } from '../only.ts';
import type { TestShop } from '../test-shop.ts';
import { mockCarrier, sendTracking, trackingBody, type Sent } from '../tracked-parcels.ts';

type Basket = Record<string, number>;

/** Creates shipments in every state that the flows can reach. `basket` has at least two units of one product. */
export async function populateShipments(shop: TestShop, basket: Basket): Promise<void> {
  await sendShipments(shop, basket);
  await endShipments(shop, basket);
  await sendInParcels(shop, basket);
  await repackShipments(shop, basket);
  await followParcels(shop, basket);
}

async function createReadyShipment({ commerce, createPendingOrder, sendWebhook }: TestShop, basket: Basket) {
  const { orderId, payment } = await createPendingOrder(basket);
  await sendWebhook('AUTHORIZED', payment);
  return only(await commerce.listShipments({ orderId }));
}

const sent = new WeakMap<TestShop, number>();

/** A number that no other parcel of the shop has: P-1, P-2 and so on, so that examples of events stay the same. */
function nextNumber(shop: TestShop) {
  const number = (sent.get(shop) ?? 0) + 1;
  sent.set(shop, number);
  return { carrier: 'Pigeon Post', trackingNumber: `P-${number}` };
}

async function dispatchNew(shop: TestShop, basket: Basket) {
  const { id: shipmentId } = await createReadyShipment(shop, basket);
  return shop.commerce.dispatchShipment({ shipmentId, ...nextNumber(shop) });
}

async function sendShipments(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  await dispatchNew(shop, basket);
  await commerce.markShipmentInTransit({ shipmentId: (await dispatchNew(shop, basket)).id });
  await commerce.deliverShipment({ shipmentId: (await dispatchNew(shop, basket)).id });
  const { id: shipmentId } = await dispatchNew(shop, basket);
  await commerce.markShipmentInTransit({ shipmentId });
  await commerce.deliverShipment({ shipmentId });
}

async function endShipments(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  await commerce.markShipmentLost({ shipmentId: (await dispatchNew(shop, basket)).id });
  const { id: shipmentId } = await dispatchNew(shop, basket);
  await commerce.markShipmentInTransit({ shipmentId });
  await commerce.markShipmentReturned({ shipmentId });
}

/** One of two parcels arrives, and the number of the other is corrected; of another shipment both arrive. */
async function sendInParcels(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  const dispatchTwo = async () => {
    const { id: shipmentId } = await createReadyShipment(shop, basket);
    return (await commerce.dispatchShipment({ shipmentId, parcels: [nextNumber(shop), nextNumber(shop)] })).parcels;
  };
  const [arrived, mistyped] = await dispatchTwo();
  if (arrived) await commerce.deliverParcel({ parcelId: arrived.id });
  if (mistyped) await commerce.correctParcel({ parcelId: mistyped.id, ...nextNumber(shop) });
  for (const { id: parcelId } of await dispatchTwo()) await commerce.deliverParcel({ parcelId });
}

/** A part of an order leaves and the rest waits; of another order a split is undone. */
async function repackShipments(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  const splitNew = async () => {
    const shipment = await createReadyShipment(shop, basket);
    const { lineNo } = first(shipment.lines.filter(({ quantity }) => quantity > 1));
    return {
      shipment,
      part: await commerce.splitShipment({ shipmentId: shipment.id, lines: [{ lineNo, quantity: 1 }] }),
    };
  };
  const { part } = await splitNew();
  await commerce.dispatchShipment({ shipmentId: part.id, ...nextNumber(shop) });
  const undone = await splitNew();
  await commerce.mergeShipments({ shipmentId: undone.part.id, intoShipmentId: undone.shipment.id });
}

/** A carrier reports about parcels: one moves, one has a problem, one arrives, and one number is nobody's. */
async function followParcels(shop: TestShop, basket: Basket): Promise<void> {
  const { commerce } = shop;
  const follow = async (...sent: Sent[]) => {
    const { id: shipmentId } = await createReadyShipment(shop, basket);
    const { trackingNumber } = nextNumber(shop);
    await commerce.dispatchShipment({ shipmentId, carrier: mockCarrier, trackingNumber });
    const eventId = `message about ${trackingNumber}`;
    await sendTracking(commerce, trackingBody(trackingNumber, sent), eventId);
    return { trackingNumber, eventId };
  };
  const moving = { tracking: 'MOVING', minute: -2 } as const;
  const { trackingNumber, eventId } = await follow(moving);
  // The same id with another checkpoint.
  await sendTracking(commerce, trackingBody(trackingNumber, [moving]), eventId);
  await follow(moving, { tracking: 'PROBLEM', minute: -1, detail: 'damaged' });
  await follow({ tracking: 'PICKED_UP', minute: -3 }, moving, { tracking: 'DELIVERED', minute: -1 });
  await sendTracking(commerce, trackingBody(nextNumber(shop).trackingNumber, [moving]));
}
