import type { Shortage } from '../error-details.ts';

/**
 * A product's units: `availableQty` aren't sold, reserved units included; `unshippedQty` are sold and still to be
 * shipped.
 */
export type Stock = { productId: string; availableQty: number; reservedQty: number; unshippedQty: number };

/** The most units of one product that can be received or counted. */
export const stockMax = 1_000_000_000;
/** The most units that aren't sold. It exceeds `stockMax` so that units of canceled orders can always be restocked. */
export const stockCeiling = 2_000_000_000;

export const movementKinds = ['RECEIVED', 'ADJUSTED', 'SOLD', 'RESTOCKED', 'RETURNED', 'REPLACED'] as const;
export type MovementKind = (typeof movementKinds)[number];

/** Units by product id. */
export type Demand = ReadonlyMap<string, number>;

/** Units that can still be sold. */
export const sellable = (stock: Stock): number => stock.availableQty - stock.reservedQty;

/** Units that lie on the shelf: sold ones stay there until their parcel leaves. */
export const onShelf = (stock: Stock): number => stock.availableQty + stock.unshippedQty;

/** The products that have fewer units than the demand; empty when the demand can be met. */
export function shortages(stocks: ReadonlyMap<string, Stock>, demand: Demand): Shortage[] {
  return [...demand].flatMap(([productId, requestedQty]) => {
    const stock = stocks.get(productId);
    const sellableQty = stock ? sellable(stock) : 0;
    return sellableQty < requestedQty ? [{ productId, requestedQty, sellableQty }] : [];
  });
}

/**
 * How each step changes the three numbers, for one unit. Only `ship` takes a unit off the shelf, and only `return` puts
 * one there.
 */
export const stockSteps = {
  reserve: { available: 0, reserved: +1, unshipped: 0 },
  release: { available: 0, reserved: -1, unshipped: 0 },
  commit: { available: -1, reserved: -1, unshipped: +1 },
  /** A late approval of an order whose reservation was released: the units are sold without a reservation. */
  sell: { available: -1, reserved: 0, unshipped: +1 },
  /** Sold units that haven't left are for sale again. */
  restock: { available: +1, reserved: 0, unshipped: -1 },
  ship: { available: 0, reserved: 0, unshipped: -1 },
  /** Units that had left came back, and are for sale again. */
  return: { available: +1, reserved: 0, unshipped: 0 },
  /** Free units are sent in place of others that came back or never arrived. They aren't sold once more. */
  replace: { available: -1, reserved: 0, unshipped: +1 },
} as const;
export type StockStep = keyof typeof stockSteps;

/** The kind of stock movement of each step that changes `availableQty`. */
export const movementOf: Partial<Record<StockStep, MovementKind>> = {
  commit: 'SOLD',
  sell: 'SOLD',
  restock: 'RESTOCKED',
  return: 'RETURNED',
  replace: 'REPLACED',
};

/**
 * The stock after a step over `quantity` units. CHECKs of the table guarantee 0 ≤ reserved ≤ available and 0 ≤
 * unshipped.
 */
export function stepStock(stock: Stock, step: StockStep, quantity: number): Stock {
  const { available, reserved, unshipped } = stockSteps[step];
  return {
    productId: stock.productId,
    availableQty: stock.availableQty + available * quantity,
    reservedQty: stock.reservedQty + reserved * quantity,
    unshippedQty: stock.unshippedQty + unshipped * quantity,
  };
}
