import { expect, test } from 'vitest';
import { providerNames } from '../setup/providers.ts';
import { asksForAll, missing, shoppersOfAll, unionOf } from './coverage.ts';

const orders = 500;
const seeds = Array.from({ length: shoppersOfAll / orders }, (_, seed) => seed);
const options = { seeds, orders, providers: providerNames, kills: 1 };

test('a fault or case is missing only when it occurred in none of the runs', () => {
  const first = { faults: [{ what: 'dropped', count: 0 }], cases: [{ what: 'a dispute', count: 2 }] };
  const second = { faults: [{ what: 'dropped', count: 3 }], cases: [{ what: 'a dispute', count: 1 }] };
  const union = unionOf([first, second]);
  expect(union).toEqual({ faults: [{ what: 'dropped', count: 3 }], cases: [{ what: 'a dispute', count: 3 }] });
  expect(missing(union, options)).toEqual([]);
  expect(missing(unionOf([first, first]), options).map(({ what }) => what)).toEqual(['dropped']);
});

test('a rare case is never missing, and a kill only if kills were requested', () => {
  const counts = {
    faults: [{ what: 'process_killed', count: 0 }],
    cases: [{ what: 'a rare case', count: 0, rare: true }],
  };
  expect(missing(unionOf([counts, counts]), options).map(({ what }) => what)).toEqual(['process_killed']);
  expect(missing(unionOf([counts, counts]), { kills: 0 })).toEqual([]);
});

test('every case is asked of many shoppers of several seeds, at all providers', () => {
  expect(asksForAll(options)).toBe(true);
  expect(asksForAll({ ...options, seeds: seeds.slice(1) })).toBe(false);
  expect(asksForAll({ ...options, seeds: [7], orders: shoppersOfAll })).toBe(false);
  expect(asksForAll({ ...options, providers: ['toss'] })).toBe(false);
});
