import { describe, expect, test } from 'vitest';
import { fulfillmentOf, transitionShipment, shipmentStatuses, type Shipment, type ShipmentStatus } from './shipment.ts';

/** Repeats the table in code on purpose: changing a transition takes two deliberate edits. */
const allowed = [
  'READY → SHIPPED',
  'READY → CANCELED',
  'SHIPPED → IN_TRANSIT',
  'SHIPPED → DELIVERED',
  'SHIPPED → LOST',
  'SHIPPED → RETURNED',
  'IN_TRANSIT → DELIVERED',
  'IN_TRANSIT → LOST',
  'IN_TRANSIT → RETURNED',
];

const created = new Date('2026-01-01T00:00:00Z');
const now = new Date('2026-01-02T00:00:00Z');
const shipmentIn = (status: ShipmentStatus): Shipment => ({
  id: 's',
  orderId: 'o',
  returnId: null,
  status,
  carrier: null,
  trackingNumber: null,
  shippedAt: null,
  deliveredAt: null,
  createdAt: created,
  updatedAt: created,
});

describe('a shipment changes exactly as its state machine allows', () => {
  const pairs = shipmentStatuses.flatMap((from) =>
    shipmentStatuses.map((to) => ({ from, to, pair: `${from} → ${to}` })),
  );
  const legal = pairs.filter(({ pair }) => allowed.includes(pair));
  const illegal = pairs.filter(({ pair }) => !allowed.includes(pair));

  test('every pair of statuses is tested', () => {
    expect(pairs).toHaveLength(49);
    expect(legal).toHaveLength(allowed.length);
  });

  test.each(legal)('$pair is allowed', ({ from, to }) => {
    expect(transitionShipment(shipmentIn(from), to, now)).toEqual({ ...shipmentIn(from), status: to, updatedAt: now });
  });

  test.each(illegal)('$pair is refused', ({ from, to }) => {
    const refusal = { code: 'invalid_transition', details: { subject: 'shipment', from, to } };
    expect(() => transitionShipment(shipmentIn(from), to, now)).toThrow(expect.objectContaining(refusal));
  });
});

describe('the fulfillment status counts units over all parcels', () => {
  type Parcel = [status: ShipmentStatus, quantity: number];
  test.each<[parcels: Parcel[], fulfillment: string]>([
    [[], 'UNFULFILLED'],
    [[['READY', 5]], 'UNFULFILLED'],
    [[['CANCELED', 5]], 'UNFULFILLED'],
    [
      [
        ['READY', 3],
        ['SHIPPED', 2],
      ],
      'PARTIALLY_SHIPPED',
    ],
    [
      [
        ['READY', 3],
        ['IN_TRANSIT', 2],
      ],
      'PARTIALLY_SHIPPED',
    ],
    [
      [
        ['READY', 3],
        ['LOST', 2],
      ],
      'PARTIALLY_SHIPPED',
    ],
    [[['SHIPPED', 5]], 'SHIPPED'],
    [
      [
        ['SHIPPED', 3],
        ['IN_TRANSIT', 2],
      ],
      'SHIPPED',
    ],
    [[['LOST', 5]], 'SHIPPED'],
    [[['RETURNED', 5]], 'SHIPPED'],
    [
      [
        ['SHIPPED', 5],
        ['CANCELED', 5],
      ],
      'SHIPPED',
    ],
    [
      [
        ['READY', 3],
        ['DELIVERED', 2],
      ],
      'PARTIALLY_DELIVERED',
    ],
    [
      [
        ['SHIPPED', 3],
        ['DELIVERED', 2],
      ],
      'PARTIALLY_DELIVERED',
    ],
    [
      [
        ['LOST', 1],
        ['DELIVERED', 4],
      ],
      'PARTIALLY_DELIVERED',
    ],
    [[['DELIVERED', 5]], 'DELIVERED'],
    [
      [
        ['DELIVERED', 3],
        ['DELIVERED', 2],
      ],
      'DELIVERED',
    ],
  ])('five units in %j are %s', (parcels, fulfillment) => {
    expect(
      fulfillmentOf(
        5,
        parcels.map(([status, quantity]) => ({ status, quantity })),
        0,
      ),
    ).toBe(fulfillment);
  });

  test.each<[parcels: Parcel[], returnedQty: number, fulfillment: string]>([
    [[['SHIPPED', 5]], 1, 'PARTIALLY_RETURNED'],
    [[['DELIVERED', 5]], 4, 'PARTIALLY_RETURNED'],
    [[['DELIVERED', 5]], 5, 'RETURNED'],
    [[['DELIVERED', 5]], 6, 'RETURNED'],
    [
      [
        ['READY', 3],
        ['DELIVERED', 2],
      ],
      2,
      'PARTIALLY_DELIVERED',
    ],
  ])('five units in %j, of which %i came back, are %s', (parcels, returnedQty, fulfillment) => {
    const shipments = parcels.map(([status, quantity]) => ({ status, quantity }));
    expect(fulfillmentOf(5, shipments, returnedQty)).toBe(fulfillment);
  });

  test('more units shipped than ordered is an internal error', () => {
    const tooMuch = [
      { status: 'SHIPPED' as const, quantity: 4 },
      { status: 'DELIVERED' as const, quantity: 2 },
    ];
    expect(() => fulfillmentOf(5, tooMuch, 0)).toThrow('more units were shipped than ordered');
  });
});
