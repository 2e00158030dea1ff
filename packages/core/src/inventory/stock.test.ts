import { describe, expect, test } from 'vitest';
import {
  movementOf,
  onShelf,
  sellable,
  shortages,
  stepStock,
  stockSteps,
  type Stock,
  type StockStep,
} from './stock.ts';

const stock = (availableQty: number, reservedQty: number, productId = 'a'): Stock => ({
  productId,
  availableQty,
  reservedQty,
  unshippedQty: 5,
});

test('sellable units are those that are neither sold nor reserved', () => {
  expect(sellable(stock(10, 3))).toBe(7);
  expect(sellable(stock(3, 3))).toBe(0);
});

test('sold units that have not left are on the shelf with those that are not sold', () => {
  expect(onShelf(stock(10, 3))).toBe(15);
});

describe('shortages', () => {
  const stocks = new Map([
    ['a', stock(10, 3)],
    ['b', stock(2, 0, 'b')],
  ]);

  test('a demand for the last unit has no shortage', () => {
    expect(
      shortages(
        stocks,
        new Map([
          ['a', 7],
          ['b', 2],
        ]),
      ),
    ).toEqual([]);
    expect(shortages(stocks, new Map())).toEqual([]);
  });

  test('each shortage has the requested and the sellable units of its product', () => {
    expect(
      shortages(
        stocks,
        new Map([
          ['a', 8],
          ['b', 2],
          ['c', 1],
        ]),
      ),
    ).toEqual([
      { productId: 'a', requestedQty: 8, sellableQty: 7 },
      { productId: 'c', requestedQty: 1, sellableQty: 0 },
    ]);
  });
});

describe('a step', () => {
  test.each<[StockStep, after: [number, number, number], movement: string | undefined]>([
    ['reserve', [10, 7, 5], undefined],
    ['release', [10, 1, 5], undefined],
    ['commit', [7, 1, 8], 'SOLD'],
    ['sell', [7, 4, 8], 'SOLD'],
    ['restock', [13, 4, 2], 'RESTOCKED'],
    ['ship', [10, 4, 2], undefined],
    ['return', [13, 4, 5], 'RETURNED'],
    ['replace', [7, 4, 8], 'REPLACED'],
  ])('%s of 3 takes [10, 4, 5] to %j', (step, [availableQty, reservedQty, unshippedQty], movement) => {
    expect(stepStock(stock(10, 4), step, 3)).toEqual({ productId: 'a', availableQty, reservedQty, unshippedQty });
    expect(movementOf[step]).toBe(movement);
  });

  test('of each kind is tested above', () => {
    expect(Object.keys(stockSteps)).toEqual([
      'reserve',
      'release',
      'commit',
      'sell',
      'restock',
      'ship',
      'return',
      'replace',
    ]);
  });

  test('has a stock movement exactly when it changes the available units', () => {
    for (const [step, { available }] of Object.entries(stockSteps)) {
      expect(step in movementOf, step).toBe(available !== 0);
    }
  });

  test('leaves the units on the shelf as they are, unless it ships them or takes them back', () => {
    const onShelfBy: Partial<Record<string, number>> = { ship: -1, return: +1 };
    for (const [step, { available, unshipped }] of Object.entries(stockSteps)) {
      expect(available + unshipped, step).toBe(onShelfBy[step] ?? 0);
    }
  });
});
