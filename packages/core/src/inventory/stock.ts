import type { Shortage } from '../errors.ts';

/** Units in one place: `availableQty` is on hand, reserved units included. */
export type Stock = { productId: string; availableQty: number; reservedQty: number };

/** Highest number of units of one product that may be received or counted. */
export const stockMax = 1_000_000_000;
/** Highest number on hand: what comes back from canceled orders must always find room. */
export const stockCeiling = 2_000_000_000;

export const movementKinds = ['RECEIVED', 'ADJUSTED', 'SOLD', 'RESTOCKED'] as const;
export type MovementKind = (typeof movementKinds)[number];

/** Units by product id. */
export type Demand = ReadonlyMap<string, number>;

/** Units that can still be sold. */
export const sellable = (stock: Stock): number => stock.availableQty - stock.reservedQty;

/** What is missing for a demand, product by product; empty when it can be met in whole. */
export function shortages(stocks: ReadonlyMap<string, Stock>, demand: Demand): Shortage[] {
  return [...demand].flatMap(([productId, requestedQty]) => {
    const stock = stocks.get(productId);
    const sellableQty = stock ? sellable(stock) : 0;
    return sellableQty < requestedQty ? [{ productId, requestedQty, sellableQty }] : [];
  });
}

/** How each step of an order's life changes the two numbers, a unit. */
export const stockSteps = {
  reserve: { available: 0, reserved: +1 },
  release: { available: 0, reserved: -1 },
  commit: { available: -1, reserved: -1 },
  /** A late approval of an order whose hold was released: straight from the shelf. */
  sell: { available: -1, reserved: 0 },
  restock: { available: +1, reserved: 0 },
} as const;
export type StockStep = keyof typeof stockSteps;

/** The ledger's word for a step that changes `available_qty`. */
export const movementOf: Partial<Record<StockStep, MovementKind>> = {
  commit: 'SOLD',
  sell: 'SOLD',
  restock: 'RESTOCKED',
};

/** The row after a step over `quantity` units. The CHECK on the table has the last word on 0 ≤ reserved ≤ available. */
export function stepStock(stock: Stock, step: StockStep, quantity: number): Stock {
  const { available, reserved } = stockSteps[step];
  return {
    productId: stock.productId,
    availableQty: stock.availableQty + available * quantity,
    reservedQty: stock.reservedQty + reserved * quantity,
  };
}
