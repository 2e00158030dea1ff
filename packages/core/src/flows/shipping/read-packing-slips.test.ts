import { afterAll, beforeAll, expect, test } from 'vitest';
import { only } from '../../testing/only.ts';
import { createTestShop, type TestShop } from '../../testing/test-shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await createTestShop();
});
afterAll(() => shop.close());

const address = { name: 'Ana', line1: '1 Harbour Street', city: 'Busan', postalCode: '48944', country: 'KR' };

async function createShipment(quantity: number) {
  const productId = await shop.createTestProduct({ quantity: 10 });
  const { id: orderId, number } = await shop.commerce.placeOrder({
    customerId: 'customer-1',
    lines: [{ productId, quantity }],
    contact: { email: 'ana@mail.example' },
    shippingAddress: { ...address, phone: '010-1234' },
    reference: 'cart 7',
  });
  await shop.sendWebhook('CAPTURED', await shop.commerce.createPayment({ orderId, provider: 'mock' }));
  return { orderId, number, shipmentId: only(await shop.commerce.listShipments({ orderId })).id };
}

test('a packing slip has the units with their names and the address, and no other personal data', async () => {
  const { orderId, number, shipmentId } = await createShipment(3);
  const slip = only(await shop.commerce.packingSlips({ shipmentIds: [shipmentId] }));
  expect(slip).toMatchObject({
    shipmentId,
    orderId,
    orderNumber: number,
    status: 'READY',
    reference: 'cart 7',
    needsAttention: null,
    part: 1,
    parts: 1,
    lines: [{ lineNo: 1, quantity: 3, name: expect.any(String) }],
    notes: [],
  });
  expect(slip.shippingAddress).toEqual(address);
  expect(JSON.stringify(slip)).not.toMatch(/010-1234|mail\.example|customer-1/);
});

test('the parts of a split order are counted in their order, without those that were merged away', async () => {
  const { shipmentId } = await createShipment(3);
  const split = async () => (await shop.commerce.splitShipment({ shipmentId, lines: [{ lineNo: 1, quantity: 1 }] })).id;
  const [second, third] = [await split(), await split()];
  await shop.commerce.mergeShipments({ shipmentId: second, intoShipmentId: third });
  const slips = await shop.commerce.packingSlips({ shipmentIds: [third, second, shipmentId] });
  expect(slips.map(({ part, parts, lines }) => [part, parts, ...lines.map(({ quantity }) => quantity)])).toEqual([
    [2, 2, 2],
    [null, 2, 1],
    [1, 2, 1],
  ]);
});

test('the slip has the latest five notes of its own order, and none that was erased', async () => {
  const { orderId, shipmentId } = await createShipment(1);
  const other = await createShipment(1);
  for (let n = 1; n <= 6; n += 1) await shop.commerce.noteOrder({ orderId, text: `note ${n}` });
  await shop.commerce.noteOrder({ orderId: other.orderId, text: 'of another order' });
  const notesOf = async () =>
    (await shop.commerce.packingSlips({ shipmentIds: [shipmentId, other.shipmentId] })).map(({ notes }) =>
      notes.map(({ text }) => text),
    );
  expect(await notesOf()).toEqual([['note 2', 'note 3', 'note 4', 'note 5', 'note 6'], ['of another order']]);
});

test('unknown shipments are left out', async () => {
  const { shipmentId } = await createShipment(1);
  const unknown = '0199d3c4-8a2c-7c11-8f3e-5b7d9e1f2a34';
  const slips = await shop.commerce.packingSlips({ shipmentIds: [unknown, shipmentId] });
  expect(slips.map((slip) => slip.shipmentId)).toEqual([shipmentId]);
});
